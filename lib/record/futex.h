/*
 * Which lock a thread waits for, and who holds it.
 *
 * Mutexes, condition variables and joins of threads wait in futex(2), whose first argument is
 * the address of a word. A thread that waits there has it in a register, and its kernel stack
 * says that the call is futex(2) and not another (wait_reason.h).
 *
 * The kernel does not know who holds a lock, except for those with priority inheritance. The
 * C libraries keep the thread's number beside the word: glibc's pthread_mutex_t in its third
 * word; musl's, and robust mutexes of both, in the word itself. Condition variables, locks of
 * readers and writers, and what Go and Rust build themselves have no owner in their memory.
 */
#ifndef RECORD_FUTEX_H
#define RECORD_FUTEX_H

#include "unwind/unwind.h"

enum { FUTEX_WORDS = 3, FUTEX_MOST_OWNERS = 2 };

/* The address that a thread waits at, if it is in futex(2), by its registers; 0: it is not. */
uint64_t futex_of_registers(const struct arch *a, const struct user_state *state);

/* The same, of the text of /proc/PID/syscall: "202 0x55d0c0ffee40 0x80 ...". */
uint64_t futex_of_syscall(struct str text);

/*
 * Threads that may hold a lock, by what its memory has from the address on; returns how many.
 * A number is the holder's if the process has a thread of that number.
 */
size_t futex_owners(const uint32_t word[FUTEX_WORDS], uint32_t owner[FUTEX_MOST_OWNERS]);

#endif
