/*
 * Where threads wait, and for how long.
 *
 * The kernel reports when a thread leaves its CPU and when it gets one again (RECORD_SWITCH),
 * and takes a sample of its stack when it leaves (event_of_waits()). From the one to the other
 * the thread waits: that time, in ns, is a value of that stack. A thread that could have gone
 * on when it left waits for a CPU: it is "runnable". One that could not is "blocked", until
 * wait_reason.h says by what.
 *
 *	off_cpu_init(&o, ...);            o.begun is set when the events are enabled
 *	off_cpu_list(&o, pid, tid);       for each thread that is there already
 *	off_cpu_begin(&o);                a profile has begun, after gather_begin()
 *	off_cpu_sample(), off_cpu_task()  in the order of time
 *	off_cpu_cut(&o, time);            what came before is in the profile
 *
 * A wait that lasts beyond a cut is in both profiles with the part that belongs there, so for
 * each thread the time that it ran and the time that it waited add up to the time that it was
 * there. With `wall`, the time that it ran is in the profile as well, shared out among its
 * samples of CPU time.
 *
 * Not every wait has a stack of its own: above a number of switches a second, some are sampled
 * (off_cpu_adapt()). The time of the others is known, too. It is shared out among the waits of
 * the same thread that have a stack, in proportion to their time, once for each profile; long
 * waits are not shared out: off_cpu_look() reads their stacks from the waiting process, as it
 * does for threads that began to wait before the recording.
 */
#ifndef RECORD_OFF_CPU_H
#define RECORD_OFF_CPU_H

#include "perf/gather.h"
#include "record/waiting.h"

/* What a thread does, for the label `wait`. */
#define WAIT_RUNNING  "running"
#define WAIT_RUNNABLE "runnable"
#define WAIT_BLOCKED  "blocked"

struct off_cpu_counts {
	uint64_t waits;         /* that have begun */
	uint64_t time;          /* ns of waiting */
	uint64_t no_stack;      /* waits among these that were shared out; */
	uint64_t no_stack_time; /* ns of those */
	uint64_t short_ones;    /* left out, since they were shorter than min_wait; */
	uint64_t short_time;    /* ns of those */
	uint64_t unknown;       /* waits and runs of which one end was lost; */
	uint64_t unknown_time;  /* ns in which threads either ran or waited */
};

struct off_cpu {
	struct decoder *decoder;
	struct gather *gather;
	size_t event;      /* number of that of waits */
	uint64_t min_wait; /* ns: shorter waits are left out */
	bool wall;         /* with a sample type for all of the threads' time */
	bool locks;        /* with the labels `lock` and `holder` */
	size_t stack_bytes;
	uint64_t begun;       /* ns: what came before does not count */
	uint32_t wall_column; /* of the profile */
	struct table threads; /* struct known_thread: by tid */
	struct table shares;  /* struct share: what the profile's samples have of each thread */
	struct waiting look;  /* scratch */
	uint64_t asked;       /* ns: who holds a lock, for the last time */
	uint32_t nthread;     /* so many have been met with */
	uint32_t ndead;       /* shares of threads that have ended */
	struct off_cpu_counts counts; /* of the profile */
	uint64_t ran;                 /* ns that threads were running, since the beginning */
};

void off_cpu_init(struct off_cpu *o, struct decoder *d, struct gather *g, size_t event);
void off_cpu_release(struct off_cpu *o);

/* A thread is there before any record of it. */
void off_cpu_list(struct off_cpu *o, int pid, int tid);

/* Add the columns of a new profile. */
void off_cpu_begin(struct off_cpu *o);

/* A sample of the event of waits; a record, as decoder.on_task() has it. */
void off_cpu_sample(struct off_cpu *o, const struct perf_sample *s);
void off_cpu_task(struct off_cpu *o, const struct record *r);

/* A sample of CPU time that is in the profile, and worth that many ns. */
void off_cpu_ran(struct off_cpu *o, const struct perf_sample *s, sample_id sample, uint64_t worth);

/* Read the stacks of threads, at most so many, that have none and wait for long, now. */
void off_cpu_look(struct off_cpu *o, uint64_t now, uint32_t most);

/* All of what was before that time, and no more, is in the profile now. */
void off_cpu_cut(struct off_cpu *o, uint64_t time);

#endif
