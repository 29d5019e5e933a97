/*
 * A recording from beginning to end: it has a target, and writes a profile for each window of
 * time.
 */
#ifndef RECORD_SESSION_H
#define RECORD_SESSION_H

#include "perf/gather.h"
#include "record/alloc/allocs.h"
#include "record/control.h"
#include "record/off_cpu/off_cpu.h"
#include "record/process/jit.h"
#include "record/process/launch.h"
#include "record/process/targets.h"
#include "record/recorder.h"
#include "record/resident_files.h"

/* The figures of a window, besides its samples. */
struct window {
	uint64_t number;   /* from 0 */
	uint64_t time;     /* when it began, ns since 1970 */
	uint64_t duration; /* ns */
	uint64_t samples, lost, truncated, throttled;
	uint64_t lost_records;        /* of mappings, processes and threads */
	uint64_t longest;             /* ns that records waited to be read, until now */
	uint64_t by_end[UNWIND_ENDS]; /* samples by the reason why their stacks ended */
	uint64_t remembered;          /* stacks with outer frames of an earlier one */
	uint64_t cpu_time;            /* exact ns that the targets used; 0 if not known */
	uint64_t user_time; /* ns of that outside the kernel, of a command that has ended */
	uint64_t sampled;   /* ns of CPU time that samples stand for */
	uint64_t forks;     /* threads and processes that began in it */
	struct interp_counts interpreted;
	struct thread_context_counts contexts, goroutines, tasks;
	uint64_t max_rss; /* bytes, of a command that has ended; else 0 */
	struct off_cpu_counts off_cpu;
	struct alloc_counts allocs;
	bool user_only; /* kernel code could not be sampled */
	bool last;      /* no other window follows */
	bool ended;     /* the command ended in this window */
	int status;     /* of the ended command, as of waitpid(2) */
};

/* The origin of a mapping in a window's profile: a binary, or the JIT code of a process. */
struct session_mapping {
	const struct binary *binary; /* NULL: none, or JIT code without a jitdump */
	int root;                    /* the root of a process that has it; -1: this process's own */
	uint64_t mount_ns;           /* the mount namespace of that process */
	struct jit_maps *jit;        /* the names of JIT code; else NULL */
};

struct session;

struct session_options {
	struct sampler_options sampler;
	struct label_options labels;
	struct launch launch;            /* of TARGET_CHILD */
	uint64_t delay, duration, every; /* ns; 0 = none */
	bool paused;                     /* takes no samples before a command "enable" */
	struct control *control;         /* source of commands; NULL: none */
	/*
	 * A flight recorder keeps the last `keep` ns, and calls on_window() for them at
	 * session_flush() and at the end. 0 = off.
	 */
	uint64_t keep;
	/* With keep: called to symbolize a slice, which is then the session's profile. */
	void (*on_slice)(void *context, struct session *s);
	bool native;     /* do not show interpreted functions */
	bool evaluators; /* show the evaluators, too */
	bool adapt;      /* copy more of the stack when many stacks are truncated */
	/* With event_of_waits() among the events: */
	bool wall;         /* a sample type for running and waiting together */
	bool locks;        /* waits for locks have the lock and its holder */
	uint64_t min_wait; /* ns; shorter waits are left out */
	bool adapt_allocs; /* the period of allocations may grow */
	/* Called before a command runs, with its pid; and with 0 when it has ended. May be NULL. */
	void (*on_child)(void *context, int pid);
	/* Are samples of this process wanted? May be NULL. */
	bool (*wants)(void *context, struct process *);
	/*
	 * Called when a window ends, to use its profile and the binaries of that. False ends
	 * the recording.
	 */
	bool (*on_window)(void *context, struct session *s, const struct window *w);
	/* Called at the beginning with a note for the user. May be NULL. */
	void (*on_note)(void *context, const char *text);
	/* Called regularly with the figures of the window so far. May be NULL. */
	void (*on_progress)(void *context, const struct window *w);
	void *context;
};

/* Counts since the beginning of the recording; a window has the difference of two. */
struct session_counts {
	uint64_t samples, lost, lost_records, throttled, remembered, forks;
	uint64_t cpu;     /* ns that the targets used */
	uint64_t sampled; /* ns that samples stand for */
	struct interp_counts interpreted;
	struct thread_context_counts contexts, goroutines, tasks;
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
	bool has_waits;   /* off_cpu is in use */
	uint64_t adapted; /* ns: when off_cpu's period was last adapted */
	struct resident_files resident;
	struct switch_rate {
		uint64_t n;        /* switches until `adapted` */
		double per_second; /* average of about the last second */
	} own_switches, all_switches;
	uint64_t switch_period; /* the largest so far */
	struct buf worths;      /* struct gather_event, of the events */
	struct dictionary dict; /* of the window's profile */
	struct profile profile;
	struct buf mappings; /* struct session_mapping, by the profile's map_id */
	struct launched child;
	int child_fd;   /* its pidfd; -1: the kernel has none, or there is no child */
	int exec_error; /* errno of a command that could not be run */
	struct window window;
	uint64_t window_start;          /* of the monotonic clock: the end of the last window */
	uint64_t sampled;               /* ns */
	struct targets targets;         /* of TARGET_TASKS */
	int cpu_counter;                /* of TARGET_CHILD; -1: none */
	uint64_t child_cpu;             /* ns, once the child has ended */
	struct session_counts at_start; /* of the window */
	struct sampler_losses lost;     /* what session_lost() returned last */
	/* What closed samplers have lost, and what records had reported by then. */
	struct sampler_losses lost_in_closed;
	uint64_t reported_in_closed;
	uint64_t lost_noticed;           /* decoder.counts.lost when the rings last grew */
	uint64_t begun, housekept, over; /* ns: of monotonic_ns() */
	uint64_t read_memory, completed; /* ns: when stacks were last completed; how many */
	uint64_t had_news, news;         /* ns: when recorder.news last grew; how many */
	struct buf pids; /* int: the running processes when events are opened again */
	bool paused;     /* no samples are taken */
	uint64_t paused_cpu, cpu_at_pause; /* ns the targets used in pauses; before this one */
	struct slices {
		struct session_slice **v; /* the oldest first */
		size_t n, cap;
	} slices;
	bool others_run;       /* children of an ended command still run */
	int nice;              /* the profiler's initial nice value */
	bool no_room;          /* events could not be opened with a larger copy of the stack */
	bool largest_rings;    /* nor with larger rings */
	bool noted_not_opened; /* that files could not be opened */
	bool child_ended;      /* with window.status */
};

/*
 * Records until the command or the duration ends, until session_stop() is called, or until
 * on_window() returns false. False with a message in *why if it could not begin.
 */
bool session_run(struct session *s, const struct session_options *o, struct buf *why);
void session_release(struct session *s);

/* The origin of a mapping of the profile; valid in on_window(). NULL if it is not of a file. */
const struct session_mapping *session_mapping(const struct session *s, map_id map);

/* For signal handlers: end the recording; end the window. */
void session_stop(void);
void session_flush(void);

/* Was session_stop() called? */
bool session_stopped(void);

#endif
