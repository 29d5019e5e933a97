/*
 * A thread that waits as /proc shows it: where it entered the kernel, and where it is there.
 * For threads of which no sample was taken when they began to wait.
 */
#ifndef RECORD_WAITING_H
#define RECORD_WAITING_H

#include "base/buf.h"

struct waiting {
	bool waits;             /* it does, and did all the time between the two moments */
	uint64_t before, after; /* ns of monotonic_ns(): when looking began and ended */
	uint64_t pc, sp;        /* of its program; 0 where they are not known */
	uint64_t lock;          /* where it waits in futex(2); 0: elsewhere, or not known */
	struct buf functions;   /* of the kernel, a line each, leaf first; empty: not known */
	struct buf stack;       /* of its program, from sp on, as far as it was read */
};

/*
 * Look at a thread, with at most so many bytes of its stack. False when it is gone or runs:
 * then nothing else is known. The buffers of *w are used again.
 */
bool waiting_look(int pid, int tid, size_t stack_bytes, struct waiting *w);
void waiting_release(struct waiting *w);

/* Threads that /proc lists: call visit for each of a process; for all that there are. */
void waiting_threads(int pid, void (*visit)(void *context, int pid, int tid), void *context);
void waiting_all_threads(void (*visit)(void *context, int pid, int tid), void *context);

#endif
