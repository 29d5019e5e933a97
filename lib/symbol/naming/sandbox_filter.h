/*
 * A seccomp filter, made by libseccomp, that allows only the system calls that reading
 * files in memory needs.
 */
#ifndef SYMBOL_SANDBOX_FILTER_H
#define SYMBOL_SANDBOX_FILTER_H

#include <stdbool.h>

/* Sanitizers make forbidden system calls, and reserve terabytes of address space. */
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
 * Set the filter: calls by which libraries search for files fail with EACCES, and any
 * other forbidden call ends the process with SIGSYS. False if it could not be set. Without
 * libseccomp this does nothing, and returns true.
 */
bool sandbox_filter(void);

/* Was the program built with a filter? */
bool sandbox_filters(void);

#endif
