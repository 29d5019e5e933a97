/*
 * Opens the kernel's events for the target of a recording. Each CPU has one ring, into which all
 * its events write.
 *
 * The sideband, records of what processes do and map, is open on all online CPUs, since a program
 * may start on a CPU that is not sampled.
 */
#ifndef RECORD_SAMPLER_H
#define RECORD_SAMPLER_H

#include "perf/perf_events.h"
#include "record/sampler/event.h"
#include "record/sampler/ring.h"
#include "unwind/arch.h"

enum target {
	TARGET_SYSTEM, /* everything on the CPUs */
	TARGET_CGROUP, /* everything in a control group */
	TARGET_TASKS,  /* running processes */
	TARGET_CHILD,  /* a child of the profiler, from its exec() on */
};

/* Descriptors of a program that runs at each sample (sampler_program.h). */
struct sampler_program {
	int run;    /* the program */
	int output; /* its map of events, by CPU */
	int ask;    /* readable by poll(2) when it has a question; -1: none */
};

struct sampler_options {
	const struct arch *arch;
	const struct event *events;
	size_t nevent;
	uint64_t frequency;          /* samples a second and CPU; 0 = as many as allowed */
	bool even;                   /* all with exactly that period, for runs that are compared */
	unsigned ring_doublings;     /* makes rings so much larger: after losses */
	uint32_t stack_bytes;        /* of user stack to copy; 0 = frame pointers only */
	uint32_t switch_stack_bytes; /* the most of those when a thread leaves its CPU */
	bool kernel;                 /* sample kernel code, too */
	bool kernel_or_fail;         /* fail if kernel code cannot be sampled */
	enum target target;
	const int *pids; /* of TARGET_TASKS and TARGET_CHILD */
	size_t npid;
	bool children;    /* sample what they fork, too */
	bool wait;        /* a child's events do not start at its exec() */
	int cgroup;       /* file descriptor of the group's directory */
	bool groups;      /* samples have the control group of their task */
	const char *cpus; /* "0-3,8"; NULL = all that are online */
	/* Only these threads of the processes, without those they create; none: all threads. */
	const int *tids;
	size_t ntid;
	const struct sampler_program *program; /* NULL = none */
};

/*
 * The most stacks per second and CPU (or task) taken at context switches: of recorded threads,
 * and, with by_cpu, of other threads.
 */
enum { SAMPLER_MOST_SWITCHES = 250, SAMPLER_OTHER_SWITCHES = 1000 };

struct sampler {
	const struct sampler_options *o;
	struct ring *rings; /* one for each online CPU */
	bool *samples;      /* is that CPU sampled? */
	int *cpus;          /* the numbers of the CPUs */
	size_t nring;
	size_t ring_bytes; /* of each */
	struct buf online; /* CPUs, as the kernel lists them */
	int *fds;          /* all events */
	size_t nfd, fd_cap;
	struct perf_events events; /* numbered as those of the options; then the sideband */
	/*
	 * Events with a frequency sample whole CPUs, although the target is a command or some
	 * processes. The recorder selects their samples (process_tree.h).
	 */
	bool by_cpu;
	bool twice;              /* a thread may have its events twice (twice.h) */
	bool user_only;          /* sampling kernel code was not allowed */
	struct buf event_fds;    /* int: those of fds that take samples */
	struct buf switch_fds;   /* int: those of fds that sample switches */
	uint64_t switch_period;  /* switches per sample */
	uint64_t frequency;      /* in force */
	uint64_t most_frequency; /* the highest possible */
	bool has_output;         /* o->program writes into the rings */
	unsigned without;        /* features that this kernel lacks (open_event.h) */
	struct buf less_precise; /* unsigned: by event, its part of WITHOUT_PRECISE_ALL */
	int error;               /* errno of the refusal */
};

/* Did CPUs go online or offline since the sampler was opened? Checks only if it uses all CPUs. */
bool sampler_cpus_changed(const struct sampler *s);

/*
 * Opens all events. Sampling starts at sampler_start() or, unless by_cpu, at the child's exec().
 * False with a message in *why that says what is missing and how to get it. sampler_close() must
 * follow in both cases.
 */
bool sampler_open(struct sampler *s, const struct sampler_options *o, struct buf *why);
void sampler_close(struct sampler *s);

void sampler_start(struct sampler *s);
void sampler_stop(struct sampler *s);

/* Stops or resumes sampling. The sideband continues all the time. */
void sampler_pause(struct sampler *s, bool pause);

/* The precise_ip with which an event is open. */
unsigned sampler_precise(const struct sampler *s, size_t event);

/* Is the event one that by_cpu opens for whole CPUs? */
bool sampler_is_by_cpu(const struct event *e);

/* Do new threads and processes inherit the events of recorded ones? */
bool sampler_inherits(const struct sampler_options *o);

/*
 * Sets the number of switches per sample. A task that has inherited its events keeps the period
 * from when it began.
 */
void sampler_set_switch_period(struct sampler *s, uint64_t period);

/*
 * What the kernel has lost so far, by the events' own counts; 0 if it does not count. Records of
 * the sideband describe mappings, processes and threads.
 */
struct sampler_losses {
	uint64_t samples, records;
};
struct sampler_losses sampler_lost(const struct sampler *s);

/*
 * Waits until a ring has records, until `ms` milliseconds have passed, or until the descriptor
 * `ended` (-1: none) is readable, as a pidfd is when its process has ended.
 */
void sampler_wait(struct sampler *s, int ms, int ended);

/* Appends to *why what a failed perf_event_open() with that errno means here. */
void sampler_explain(int error, struct buf *why);

/* The same for an event of a task. */
void sampler_explain_task(int error, int tid, struct buf *why);

#endif
