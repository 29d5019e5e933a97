/*
 * Where bytes that nobody vouches for are read: a process gives up all that it could do
 * harm with, and keeps one descriptor.
 */
#ifndef SYMBOL_SANDBOX_H
#define SYMBOL_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The number that the descriptor has afterwards: beside it there are only 0, 1 and 2. */
enum { SANDBOX_FD = 3 };

/*
 * For a child just forked. From now on it is user nobody when it was root, has no
 * capabilities and cannot get any; its memory can be read by nobody; it ends with its
 * parent and leaves no core. Of the descriptors `keep` alone is left, as SANDBOX_FD; the
 * standard ones are /dev/null. It can neither open files nor start processes: a limit
 * says so, and a seccomp filter where libseccomp was there when this was built.
 *
 * SIGINT and the like are ignored: the parent ends the child. Ends the process with
 * status SANDBOX_FAILED when it cannot have all that.
 *
 * Under the address and thread sanitizers there is no filter, and standard error stays.
 */
void sandbox_enter(int keep, pid_t parent);

enum { SANDBOX_FAILED = 77 };

/*
 * For a child that has to open files and sockets: the same without a change of user, the
 * filter and the limits.
 */
void sandbox_helper(int keep, pid_t parent);

/*
 * Bound our own address space in bytes, and the CPU time that we may take from now on in
 * seconds, which is how the kernel counts here; finer bounds are the parent's to watch.
 * Each call sets them anew. Sanitizers take terabytes of address space: with them it has no
 * bound.
 */
void sandbox_limit(uint64_t address_space, uint64_t cpu_seconds);

#endif
