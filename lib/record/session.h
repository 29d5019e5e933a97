/*
 * A recording from its beginning to its end: a target, windows of time, and for
 * each window a profile.
 */
#ifndef RECORD_SESSION_H
#define RECORD_SESSION_H

#include "perf/gather.h"
#include "record/allocs.h"
#include "record/control.h"
#include "record/jit.h"
#include "record/launch.h"
#include "record/off_cpu.h"
#include "record/recorder.h"
#include "record/targets.h"

/* What is known of a window besides its samples. */
struct window {
	uint64_t number;   /* from 0 */
	uint64_t time;     /* when it began, ns since 1970 */
	uint64_t duration; /* ns */
	uint64_t samples, lost, truncated, throttled;
	uint64_t by_end[UNWIND_ENDS]; /* samples by why their stacks ended */
	uint64_t remembered;          /* stacks whose outer frames are those of an earlier one */
	uint64_t cpu_time;            /* ns that the targets used, exactly; 0 if not known */
	uint64_t user_time; /* ns of that outside the kernel, of a command that has ended */
	uint64_t sampled;   /* ns of CPU time that samples stand for */
	uint64_t forks;     /* threads and processes that began in it */
	struct interp_counts interpreted;
	uint64_t max_rss; /* bytes, of a command that has ended; else 0 */
	struct off_cpu_counts off_cpu;
	struct alloc_counts allocs;
	bool user_only; /* kernel code could not be sampled */
	bool last;      /* no other follows */
	bool ended;     /* a command ended in it: */
	int status;     /* its status, as waitpid(2) has it */
};

/* What a mapping of a window's profile is of: a binary, or the JIT code of a process. */
struct session_mapping {
	const struct binary *binary; /* NULL: none, or JIT code without a jitdump */
	int root;                    /* the root of a process that has it; -1: ours; */
	uint64_t mount_ns;           /* and the namespace of that */
	struct jit_maps *jit;        /* its names are in these; NULL: it is no JIT code */
};

struct session;

struct session_options {
	struct sampler_options sampler;
	struct label_options labels;
	struct launch launch;            /* of TARGET_CHILD */
	uint64_t delay, duration, every; /* ns; 0 = none */
	bool paused;                     /* takes no samples before a command "enable" */
	struct control *control;         /* commands; NULL: nobody gives any */
	/*
	 * A flight recorder: keep the last so many ns, and call on_window() for them at a
	 * session_flush() and at the end. 0 = none.
	 */
	uint64_t keep;
	/* With keep: the session's profile is a piece of that, and may be named. */
	void (*on_slice)(void *context, struct session *s);
	bool native;     /* leave interpreters' functions out, */
	bool evaluators; /* or show those who run them, too */
	bool adapt;      /* copy more of the stack when too much is missing */
	/* With one of event_of_waits() among the events: */
	bool wall;         /* a sample type for running and waiting together */
	bool locks;        /* waits for locks say for which, and who holds it */
	uint64_t min_wait; /* ns; shorter waits are left out */
	bool adapt_allocs; /* their period may become longer */
	/* A command is about to run as this process; 0: it has ended. May be NULL. */
	void (*on_child)(void *context, int pid);
	/* Are samples of this process wanted? May be NULL. */
	bool (*wants)(void *context, struct process *);
	/*
	 * Called when a window ends, to use its profile and what is known of the binaries
	 * in it. False ends the recording.
	 */
	bool (*on_window)(void *context, struct session *s, const struct window *w);
	/* Something that a user should know at the beginning. May be NULL. */
	void (*on_note)(void *context, const char *text);
	/* Called now and then, with the figures of the window so far. May be NULL. */
	void (*on_progress)(void *context, const struct window *w);
	void *context;
};

/* What is counted from the beginning of the recording; a window has the difference. */
struct session_counts {
	uint64_t samples, lost, throttled, remembered, forks;
	uint64_t cpu;     /* ns that the targets used */
	uint64_t sampled; /* ns that samples stand for */
	struct interp_counts interpreted;
};

struct session {
	const struct session_options *o;
	struct sampler_options sampler_options; /* those in force */
	struct sampler sampler;
	struct recorder recorder;
	struct interpreters interpreters;
	struct gather gather;
	struct off_cpu off_cpu;
	struct allocs allocs;
	bool has_allocs;  /* allocs is in use */
	bool has_waits;   /* off_cpu is in use: */
	uint64_t adapted; /* ns: when its period was looked at */
	struct switch_rate {
		uint64_t n;        /* switches until then */
		double per_second; /* in the last second, about */
	} own_switches, all_switches;
	uint64_t switch_period; /* the largest so far */
	struct buf worths;      /* struct gather_event, of the events */
	struct dictionary dict; /* of the window's profile */
	struct profile profile;
	struct buf mappings; /* struct session_mapping, by numbers of the profile's */
	struct launched child;
	int child_fd;   /* its pidfd; -1: the kernel has none, or there is no child */
	int exec_error; /* errno of a command that could not be run */
	struct window window;
	uint64_t window_start;          /* of the monotonic clock: the end of the one before */
	uint64_t sampled;               /* ns */
	struct targets targets;         /* of TARGET_TASKS */
	int cpu_counter;                /* of TARGET_CHILD; -1: none */
	uint64_t child_cpu;             /* ns; of one that has ended */
	struct session_counts at_start; /* of the window */
	/* Samples lost in samplers that have been closed; what records had reported by then. */
	uint64_t lost_in_closed, reported_in_closed;
	uint64_t begun, housekept, over; /* ns: of monotonic_ns() */
	uint64_t read_memory, completed; /* ns: when stacks were completed last; how many */
	struct buf pids; /* int: the processes that run, when events are opened again */
	bool paused;     /* no samples are taken: */
	uint64_t paused_cpu, cpu_at_pause; /* ns that the targets used meanwhile; until then */
	struct slices {
		struct session_slice **v; /* the oldest first */
		size_t n, cap;
	} slices;
	bool others_run;  /* children of a command that has ended still run */
	int nice;         /* what we began with */
	bool no_room;     /* events could not be opened again */
	bool child_ended; /* with window.status */
};

/*
 * Record until the command or the duration ends, a signal does (session_stop()),
 * or on_window() returns false. False with a message in *why when it could not begin.
 */
bool session_run(struct session *s, const struct session_options *o, struct buf *why);
void session_release(struct session *s);

/* Of the profile's mapping; valid in on_window(). NULL when it is of no file. */
const struct session_mapping *session_mapping(const struct session *s, map_id map);

/* For signal handlers: end the recording; end the window. */
void session_stop(void);
void session_flush(void);

/* Was session_stop() called? */
bool session_stopped(void);

#endif
