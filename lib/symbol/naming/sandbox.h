/*
 * A sandbox for reading untrusted bytes: a process gives up its privileges and keeps one
 * descriptor.
 */
#ifndef SYMBOL_SANDBOX_H
#define SYMBOL_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The number of that descriptor afterwards; the only others are 0, 1 and 2. */
enum { SANDBOX_FD = 3 };

/*
 * Enter the sandbox, in a child just forked. Root becomes user nobody. The process has no
 * capabilities and cannot get any; no other process can read its memory; it ends with its
 * parent and leaves no core dump. It keeps only descriptor `keep`, as SANDBOX_FD; the
 * standard ones are /dev/null. Limits, and a seccomp filter if the program was built with
 * libseccomp, prevent it from opening files and starting processes.
 *
 * SIGINT and similar signals are ignored: the parent ends the child. If any of this fails,
 * the process exits with status SANDBOX_FAILED.
 *
 * With the address or thread sanitizer there is no filter, and standard error stays.
 */
void sandbox_enter(int keep, pid_t parent);

enum { SANDBOX_FAILED = 77 };

/*
 * The same for a child that has to open files and sockets: without the change of user, the
 * filter and the limits.
 */
void sandbox_helper(int keep, pid_t parent);

/*
 * Limit the address space of this process, in bytes, and its CPU time from now on, in
 * seconds, the kernel's unit; the parent watches finer limits. Each call replaces the
 * limits. With sanitizers, which take terabytes of address space, that is not limited.
 */
void sandbox_limit(uint64_t address_space, uint64_t cpu_seconds);

#endif
