/*
 * The kernel's side of a recording: events opened on every CPU for whatever is to
 * be watched, with one ring a CPU, into which all events of that CPU write.
 *
 * What processes do and map (the sideband) is listened to on all CPUs that are online, since
 * a program may start elsewhere than where it is sampled.
 */
#ifndef RECORD_SAMPLER_H
#define RECORD_SAMPLER_H

#include "perf/perf_events.h"
#include "record/event.h"
#include "record/ring.h"
#include "unwind/arch.h"

enum target {
	TARGET_SYSTEM, /* everything on the CPUs */
	TARGET_CGROUP, /* everything in a control group */
	TARGET_TASKS,  /* processes that run */
	TARGET_CHILD,  /* a child of ours, from its exec() on */
};

/* Descriptors of a program that runs at each sample (sampler_program.h). */
struct sampler_program {
	int run;    /* the program, */
	int output; /* its map of events, by CPU, */
	int ask;    /* and what poll(2) says that it asks something of; -1: nothing */
};

struct sampler_options {
	const struct arch *arch;
	const struct event *events;
	size_t nevent;
	uint64_t frequency;          /* samples a second and CPU; 0 = as many as allowed */
	uint32_t stack_bytes;        /* of user stack to copy; 0 = frame pointers only; */
	uint32_t switch_stack_bytes; /* and at most where a thread leaves its CPU */
	bool kernel;                 /* sample kernel code, too, */
	bool kernel_or_fail;         /* even if that means not to begin */
	enum target target;
	const int *pids; /* of TARGET_TASKS and TARGET_CHILD */
	size_t npid;
	bool children;    /* and what they fork */
	bool wait;        /* a child's events do not begin with its exec() */
	int cgroup;       /* file descriptor of the group's directory */
	bool groups;      /* samples have the control group of their task */
	const char *cpus; /* "0-3,8"; NULL = all that are online */
	/* Only these threads of the processes, and not those that they make; 0: all of them. */
	const int *tids;
	size_t ntid;
	const struct sampler_program *program; /* NULL = none */
};

/*
 * Stacks a second and CPU (or task) that are taken where threads leave their CPUs: of what is
 * recorded, and, where the kernel samples all, of others at the same time.
 */
enum { SAMPLER_MOST_SWITCHES = 250, SAMPLER_OTHER_SWITCHES = 1000 };

struct sampler {
	const struct sampler_options *o;
	struct ring *rings; /* one for each CPU that is online */
	bool *samples;      /* is that CPU one of those that are sampled? */
	int *cpus;          /* their numbers */
	size_t nring;
	size_t ring_bytes; /* of each */
	struct buf online; /* CPUs, as the kernel lists them */
	int *fds;          /* all events */
	size_t nfd, fd_cap;
	struct perf_events events; /* numbered as those of the options; then the sideband */
	/*
	 * Events with a frequency sample all that runs on the CPUs, although the target is a
	 * command or some processes: their samples are to be chosen from (process_tree.h).
	 */
	bool by_cpu;
	bool twice;              /* some thread may have its events twice (twice.h) */
	bool user_only;          /* the kernel did not allow its own code to be sampled */
	struct buf event_fds;    /* int: those of fds that take samples, */
	struct buf switch_fds;   /* int: and those that sample switches */
	uint64_t switch_period;  /* every so many switches are sampled */
	uint64_t frequency;      /* in force, */
	uint64_t most_frequency; /* and the most that could be */
	bool has_output;         /* what o->program writes goes into the rings */
	unsigned without;        /* what this kernel does not have (open_event.h); */
	struct buf less_precise; /* unsigned: by event, what it lacks of WITHOUT_PRECISE_ALL */
	int error;               /* errno of what was refused */
};

/* Have CPUs come or gone since the sampler was opened? Looks only when it uses all. */
bool sampler_cpus_changed(const struct sampler *s);

/*
 * Open everything. Nothing is sampled before sampler_start() or, unless by_cpu, the child's
 * exec(). False with a message in *why: what is missing and how to get it. sampler_close()
 * must follow in both cases.
 */
bool sampler_open(struct sampler *s, const struct sampler_options *o, struct buf *why);
void sampler_close(struct sampler *s);

void sampler_start(struct sampler *s);
void sampler_stop(struct sampler *s);

/* Take no samples for a while, or again. What processes do is listened to all the time. */
void sampler_pause(struct sampler *s, bool pause);

/* The precise_ip with which an event is open. */
unsigned sampler_precise(const struct sampler *s, size_t event);

/* Does the event belong to those that are opened by_cpu? */
bool sampler_is_by_cpu(const struct event *e);

/* Do new threads and processes inherit events of those that are recorded? */
bool sampler_inherits(const struct sampler_options *o);

/*
 * From now on every so many switches are sampled. Where events are those of tasks, a task that
 * has inherited them keeps the period that there was when it began.
 */
void sampler_set_switch_period(struct sampler *s, uint64_t period);

/* Samples that the kernel has lost so far; 0 where it does not count them. */
uint64_t sampler_lost(const struct sampler *s);

/*
 * Wait until a ring has some records to take, or some milliseconds, or until a descriptor (-1:
 * none) can be read, as a pidfd can when its process has ended.
 */
void sampler_wait(struct sampler *s, int ms, int ended);

/*
 * Append to *why what a failed perf_event_open() with that errno means here.
 */
void sampler_explain(int error, struct buf *why);

/* The same for an event of a task. */
void sampler_explain_task(int error, int tid, struct buf *why);

#endif
