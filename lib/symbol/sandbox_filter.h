/*
 * The system calls that reading files in memory needs, and no other: by a seccomp filter,
 * which libseccomp makes where it is there.
 */
#ifndef SYMBOL_SANDBOX_FILTER_H
#define SYMBOL_SANDBOX_FILTER_H

#include <stdbool.h>

/* Sanitizers do what a filter forbids, and reserve terabytes of address space. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

/*
 * From now on any other call ends the process with SIGSYS; calls by which libraries look
 * for files fail with EACCES. False when the filter could not be set. Without libseccomp
 * there is none, and that is fine.
 */
bool sandbox_filter(void);

/* Is there one? */
bool sandbox_filters(void);

#endif
