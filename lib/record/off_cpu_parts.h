/*
 * Inside off_cpu.h: what is known of a thread. off_cpu.c follows its waits and runs,
 * off_cpu_stack.c has the stacks of its waits, off_cpu_share.c shares out what has none.
 */
#ifndef RECORD_OFF_CPU_PARTS_H
#define RECORD_OFF_CPU_PARTS_H

#include "record/off_cpu.h"

/* What a thread did: it waited, blocked or runnable (off_thread.runnable), or ... */
enum { BLOCKED = 0, RUNNABLE = 1, RAN = 2, LOST = 3 };

/* The stack of a wait. Addresses only: where they are mapped is looked up when it is used. */
struct wait_stack {
	bool known;
	uint64_t before, after; /* ns: when it was read from the waiting thread, if it was */
	uint64_t time;
	enum unwind_end end;
	uint32_t cpu;
	size_t nkernel;
	struct buf addresses; /* uint64_t: nkernel of the kernel, then the program's, leaf first */
	struct buf names;     /* in place of kernel addresses, where they are not known */
	uint64_t lock;        /* the address that it waits at in futex(2); 0 = none */
	uint32_t holder;      /* the thread that held the lock, 0 = not known, */
	uint64_t held;        /* ns: then */
};

/* What a thread did without a stack of its own. */
struct unsampled {
	uint64_t time, n;
};

/* A thread runs, or waits, since `since`; what came before `from` is in profiles already. */
struct off_thread {
	uint32_t pid, tid;
	uint32_t number; /* tids are used again */
	enum { NOT_KNOWN, RUNS, WAITS } state;
	bool runnable; /* of a wait */
	bool counted;
	bool from_before; /* it waits since before the recording */
	bool is_new;      /* it has not run yet */
	uint64_t since, from;
	struct wait_stack sampled, looked;
	struct unsampled unsampled[3]; /* of this profile: by what was done */
	uint32_t shares;               /* the first one of it */
};

struct known_thread {
	uint64_t tid;              /* from 1 */
	struct off_thread *thread; /* payload; NULL: there is none with that number */
	uint64_t ended;            /* when the last one of that number did */
};

/* The i-th thread that was met with, from 1. */
static inline struct known_thread *off_cpu_thread(const struct off_cpu *o, uint32_t i)
{
	return table_row(&o->threads, i);
}

/* The one of that number; NULL: there is none. */
struct off_thread *off_cpu_find(struct off_cpu *o, uint32_t tid);

/* Stacks */

/* Keep the stack that was sampled when a thread left its CPU. */
void off_cpu_keep(struct off_cpu *o, struct off_thread *t, const struct perf_sample *s);

/* Read the stack of a thread that waits, if it does: o->look says whether. */
void off_cpu_look_at(struct off_cpu *o, struct off_thread *t);

/* The stack of a thread's wait that lasts until `to` at least; NULL: none is known. */
const struct wait_stack *off_cpu_stack(const struct off_thread *t, uint64_t to);
void off_cpu_release_stack(struct wait_stack *s);

/* The row in the profile of a stack of a wait until `to`; and of a frame in place of one. */
sample_id off_cpu_row(struct off_cpu *o, const struct off_thread *t, unsigned what,
		      const struct wait_stack *stack, uint64_t to);
sample_id off_cpu_frame_row(struct off_cpu *o, const struct off_thread *t, unsigned what,
			    const char *frame);
void off_cpu_add(struct off_cpu *o, sample_id sample, unsigned what, uint64_t time, uint64_t n);

/* Shares */

void off_cpu_init_shares(struct off_cpu *o);

/* Remember what a sample of the profile has of a thread, for what is to be shared out. */
void off_cpu_add_share(struct off_cpu *o, struct off_thread *t, unsigned what, sample_id sample,
		       uint64_t time, uint64_t n);

/* What the thread did without a stack goes to the samples that it has. */
void off_cpu_share_out(struct off_cpu *o, struct off_thread *t);

/* The thread ends: its shares go when there are many of such. */
void off_cpu_drop_shares(struct off_cpu *o, struct off_thread *t);

#endif
