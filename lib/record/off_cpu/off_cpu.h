/*
 * Profiles where threads wait, and for how long.
 *
 * The kernel reports when a thread leaves its CPU and when it gets one again (RECORD_SWITCH),
 * and takes a sample of its stack when it leaves (event_of_waits()). In between the thread
 * waits; that time, in ns, is a value of the stack. A thread that was preempted waits for a CPU:
 * it is "runnable". Any other is "blocked", until wait_reason.h finds the reason.
 *
 *	off_cpu_init(&o, ...);            o.begun is set when the events are enabled
 *	off_cpu_list(&o, pid, tid);       for each thread that exists already
 *	off_cpu_begin(&o);                begins a profile, after gather_begin()
 *	off_cpu_sample(), off_cpu_task()  in the order of time
 *	off_cpu_cut(&o, time);            completes the profile up to that time
 *
 * A wait across a cut is split between both profiles, so for each thread the time that it ran and
 * the time that it waited add up to its lifetime. With `wall`, the profile also has the time that
 * it ran, divided among its samples of CPU time.
 *
 * Not every wait has its own stack: above a number of switches a second, only some are sampled
 * (session_adapt_waits()). The time of the other waits is known, too. At each cut it is divided
 * among the waits of the same thread that have a stack, in proportion to their time. Long waits
 * are not divided: off_cpu_look() reads their stacks from the waiting process, as it does for
 * threads that began to wait before the recording.
 */
#ifndef RECORD_OFF_CPU_H
#define RECORD_OFF_CPU_H

#include "perf/gather.h"
#include "record/off_cpu/waiting.h"

/* Values of the label `wait`. */
#define WAIT_RUNNING  "running"
#define WAIT_RUNNABLE "runnable"
#define WAIT_BLOCKED  "blocked"

struct off_cpu_counts {
	uint64_t waits;         /* waits that have begun */
	uint64_t time;          /* ns of waiting */
	uint64_t no_stack;      /* waits without a stack, divided among others */
	uint64_t no_stack_time; /* ns of those */
	uint64_t short_ones;    /* waits left out as shorter than min_wait */
	uint64_t short_time;    /* ns of those */
	uint64_t unknown;       /* waits and runs of which one end was lost */
	uint64_t unknown_time;  /* ns in which threads either ran or waited */
};

struct off_cpu {
	struct decoder *decoder;
	struct gather *gather;
	size_t event;      /* number of the event of waits */
	uint64_t min_wait; /* ns: shorter waits are left out */
	bool wall;         /* with a sample type for the threads' whole time */
	bool locks;        /* with the labels `lock` and `holder` */
	size_t stack_bytes;
	uint64_t begun;       /* ns: earlier time does not count */
	uint32_t wall_column; /* of the profile */
	struct table threads; /* struct known_thread: by tid */
	struct table shares;  /* struct share: each thread's part in the profile's samples */
	struct waiting look;  /* scratch */
	uint64_t asked;       /* ns: when the holder of a lock was last looked up */
	uint32_t nthread;     /* threads seen so far */
	uint32_t ndead;       /* shares of threads that have ended */
	struct off_cpu_counts counts; /* of the profile */
	uint64_t ran;                 /* ns that threads were running, since the beginning */
};

void off_cpu_init(struct off_cpu *o, struct decoder *d, struct gather *g, size_t event);
void off_cpu_release(struct off_cpu *o);

/* Adds a thread that exists before any record of it. */
void off_cpu_list(struct off_cpu *o, int pid, int tid);

/* Adds the columns of a new profile. */
void off_cpu_begin(struct off_cpu *o);

/* Take a sample of the event of waits, and a record of decoder.on_task(). */
void off_cpu_sample(struct off_cpu *o, const struct perf_sample *s);
void off_cpu_task(struct off_cpu *o, const struct record *r);

/* Takes a sample of CPU time of the profile, which stands for `worth` ns. */
void off_cpu_ran(struct off_cpu *o, const struct perf_sample *s, sample_id sample, uint64_t worth);

/* Reads the stacks of at most `most` threads that have waited for long without a stack. */
void off_cpu_look(struct off_cpu *o, uint64_t now, uint32_t most);

/* Completes the profile: it has all time before `time`, and none after. */
void off_cpu_cut(struct off_cpu *o, uint64_t time);

#endif
