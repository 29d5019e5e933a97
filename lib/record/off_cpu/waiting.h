/*
 * Reads a waiting thread from /proc: where it entered the kernel, and where it waits there. For
 * threads without a sample from when they began to wait.
 */
#ifndef RECORD_WAITING_H
#define RECORD_WAITING_H

#include "base/buf.h"

struct waiting {
	bool waits;             /* it waited all the time from `before` to `after` */
	uint64_t before, after; /* ns of monotonic_ns(): when reading began and ended */
	uint64_t pc, sp;        /* in user code; 0 if not known */
	uint64_t lock;          /* address of its futex(2) wait; 0: no such wait, or not known */
	struct buf functions;   /* of the kernel, a line each, leaf first; empty: not known */
	struct buf stack;       /* of user code, from sp on, as far as it was read */
};

/*
 * Reads a thread, with at most stack_bytes of its stack. False if it is gone or runs: then the
 * rest of *w is not valid. The buffers of *w are reused.
 */
bool waiting_look(int pid, int tid, size_t stack_bytes, struct waiting *w);
void waiting_release(struct waiting *w);

/* Call visit for each thread of a process, and for each thread of the machine. */
void waiting_threads(int pid, void (*visit)(void *context, int pid, int tid), void *context);
void waiting_all_threads(void (*visit)(void *context, int pid, int tid), void *context);

#endif
