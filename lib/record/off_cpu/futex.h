/*
 * Finds the lock that a thread waits for, and the thread that holds it.
 *
 * Mutexes, condition variables and joins of threads wait in futex(2), whose first argument is
 * the address of a word. A waiting thread has that address in a register, and its kernel stack
 * shows that the call is futex(2) (wait_reason.h).
 *
 * The kernel does not know the holder of a lock, except with priority inheritance. The C
 * libraries store the holder's tid near the word: glibc's pthread_mutex_t in its third word;
 * musl's, and the robust mutexes of both, in the word itself. Condition variables, read-write
 * locks, and the locks of Go and Rust store no owner.
 */
#ifndef RECORD_FUTEX_H
#define RECORD_FUTEX_H

#include "unwind/unwind.h"

enum { FUTEX_WORDS = 3, FUTEX_MOST_OWNERS = 2 };

/* The address at which a thread waits in futex(2), by its registers; 0 if it does not. */
uint64_t futex_of_registers(const struct arch *a, const struct user_state *state);

/* The same, from the text of /proc/PID/syscall: "202 0x55d0c0ffee40 0x80 ...". */
uint64_t futex_of_syscall(struct str text);

/*
 * The threads that may hold a lock, from its memory at the address. Returns their number. A tid
 * is the holder's if the process has such a thread.
 */
size_t futex_owners(const uint32_t word[FUTEX_WORDS], uint32_t owner[FUTEX_MOST_OWNERS]);

#endif
