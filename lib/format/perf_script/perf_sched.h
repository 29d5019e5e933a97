/*
 * Time off the CPU, from two tracepoints of the scheduler: sched:sched_switch has the stack
 * where a thread left its CPU, and sched:sched_stat_sleep or sched:sched_stat_blocked, which
 * the thread that wakes it gets, has the time that it was away:
 *
 *	app 12 [003] 5.100000: sched:sched_switch: prev_comm=app prev_pid=12 ... ==> next_comm=...
 *	sh 7 [003] 5.300000: sched:sched_stat_sleep: comm=app pid=12 delay=200000000 [ns]
 *
 * A time belongs to the last switch of its thread, once.
 */
#ifndef FORMAT_PERF_SCRIPT_PERF_SCHED_H
#define FORMAT_PERF_SCRIPT_PERF_SCHED_H

#include "format/perf_script/perf_lines.h"
#include "io/in.h"
#include "profile/profile.h"

/* The stack and labels of a thread's last switch; stack.i is 0 after its time was added. */
struct perf_switch {
	int64_t tid; /* the key */
	stack_id stack;
	label_set_id labels;
};

struct perf_sched {
	struct table switches; /* struct perf_switch */
	uint64_t added, unmatched;
};

void perf_sched_init(struct perf_sched *s);
void perf_sched_release(struct perf_sched *s);

/* Is the event a switch of a thread that is known? Its number, or -1. */
int64_t perf_sched_switch(const struct perf_event *e);

/* The stack of a switch. */
void perf_sched_remember(struct perf_sched *s, int64_t tid, stack_id stack, label_set_id labels);

/* If the event has a time off the CPU, add that to the sample type off_cpu/nanoseconds. */
void perf_sched_time(struct perf_sched *s, struct profile *p, const struct perf_event *e);

/* After the last event: off_cpu becomes the default type, and notes say what is missing. */
void perf_sched_finish(struct perf_sched *s, struct in *in, struct profile *p);

#endif
