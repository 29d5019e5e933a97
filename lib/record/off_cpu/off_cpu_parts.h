/*
 * Internals of off_cpu.h: the state of a thread. off_cpu.c follows its waits and runs,
 * off_cpu_stack.c has the stacks of waits, off_cpu_share.c divides time without a stack.
 */
#ifndef RECORD_OFF_CPU_PARTS_H
#define RECORD_OFF_CPU_PARTS_H

#include "record/off_cpu/off_cpu.h"

/* Kinds of a thread's time. BLOCKED and RUNNABLE are waits (off_thread.runnable). */
enum { BLOCKED = 0, RUNNABLE = 1, RAN = 2, LOST = 3 };

/* The stack of a wait. It has only addresses; their mappings are looked up on use. */
struct wait_stack {
	bool known;
	uint64_t before, after; /* ns: begin and end of reading it from the thread, if it was */
	uint64_t time;
	enum unwind_end end;
	uint32_t cpu;
	size_t nkernel;
	struct buf addresses; /* uint64_t: nkernel of the kernel, then the program's, leaf first */
	struct buf names;     /* in place of kernel addresses, where they are not known */
	uint64_t lock;        /* the address of its futex(2) wait; 0 = none */
	uint32_t holder;      /* the thread that held the lock at `held`; 0 = not known */
	uint64_t held;        /* ns */
};

/* Time and number of a thread's waits or runs without a stack. */
struct unsampled {
	uint64_t time, n;
};

/* A thread that runs or waits since `since`. Time before `from` is in profiles already. */
struct off_thread {
	uint32_t pid, tid;
	uint32_t number; /* unique, as tids are reused */
	enum { NOT_KNOWN, RUNS, WAITS } state;
	bool runnable; /* of a wait */
	bool counted;
	bool from_before; /* it has waited since before the recording */
	bool is_new;      /* it has not run yet */
	uint64_t since, from;
	struct wait_stack sampled, looked;
	struct unsampled unsampled[3]; /* of this profile, by kind */
	uint32_t shares;               /* its first share */
};

struct known_thread {
	uint64_t tid;              /* from 1 */
	struct off_thread *thread; /* payload; NULL: no thread has that tid now */
	uint64_t ended;            /* when the last thread with that tid ended */
};

/* The i-th thread seen, from 1. */
static inline struct known_thread *off_cpu_thread(const struct off_cpu *o, uint32_t i)
{
	return table_row(&o->threads, i);
}

/* The thread with that tid; NULL if there is none. */
struct off_thread *off_cpu_find(struct off_cpu *o, uint32_t tid);

/* Stacks */

/* Keeps the stack that was sampled when a thread left its CPU. */
void off_cpu_keep(struct off_cpu *o, struct off_thread *t, const struct perf_sample *s);

/* Reads the stack of a thread, if it waits; o->look says whether it does. */
void off_cpu_look_at(struct off_cpu *o, struct off_thread *t);

/* The stack of a thread's wait that lasts at least until `to`; NULL if none is known. */
const struct wait_stack *off_cpu_stack(const struct off_thread *t, uint64_t to);
void off_cpu_release_stack(struct wait_stack *s);

/* The row in the profile of a wait's stack until `to`; and of a frame in place of a stack. */
sample_id off_cpu_row(struct off_cpu *o, const struct off_thread *t, unsigned what,
		      const struct wait_stack *stack, uint64_t to);
sample_id off_cpu_frame_row(struct off_cpu *o, const struct off_thread *t, unsigned what,
			    const char *frame);
void off_cpu_add(struct off_cpu *o, sample_id sample, unsigned what, uint64_t time, uint64_t n);

/* Shares */

void off_cpu_init_shares(struct off_cpu *o);

/* Notes a thread's part in a sample of the profile, for off_cpu_share_out(). */
void off_cpu_add_share(struct off_cpu *o, struct off_thread *t, unsigned what, sample_id sample,
		       uint64_t time, uint64_t n);

/* Divides a thread's time without a stack among its samples. */
void off_cpu_share_out(struct off_cpu *o, struct off_thread *t);

/* Drops the shares of a thread that ends; they are freed when there are many. */
void off_cpu_drop_shares(struct off_cpu *o, struct off_thread *t);

#endif
