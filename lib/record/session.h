/*
 * A recording from its beginning to its end: a target, windows of time, and for
 * each window a profile.
 */
#ifndef RECORD_SESSION_H
#define RECORD_SESSION_H

#include "record/gather.h"
#include "record/launch.h"

/* What is known of a window besides its samples. */
struct window {
	uint64_t number;   /* from 0 */
	uint64_t time;     /* when it began, ns since 1970 */
	uint64_t duration; /* ns */
	uint64_t samples, lost, truncated, throttled;
	uint64_t remembered; /* stacks whose outer frames are those of an earlier one */
	uint64_t cpu_time;   /* ns that the targets used, exactly; 0 if not known */
	uint64_t max_rss;    /* bytes, of a command that has ended; else 0 */
	bool user_only;      /* kernel code could not be sampled */
	bool last;           /* no other follows */
	bool ended;          /* a command ended in it: */
	int status;          /* its status, as waitpid(2) has it */
};

struct session;

struct session_options {
	struct sampler_options sampler;
	struct gather_options gather;
	struct launch launch;            /* of TARGET_CHILD */
	uint64_t delay, duration, every; /* ns; 0 = none */
	bool adapt;                      /* copy more stack when too much of it is missing */
	/* A command is about to run as this process; 0: it has ended. May be NULL. */
	void (*on_child)(void *context, int pid);
	/* Are samples of this process wanted? May be NULL. */
	bool (*wants)(void *context, struct process *);
	/*
	 * Called when a window ends, to use its profile and what is known of the binaries
	 * in it. False ends the recording.
	 */
	bool (*on_window)(void *context, struct session *s, const struct window *w);
	/* Called now and then, with the figures of the window so far. May be NULL. */
	void (*on_progress)(void *context, const struct window *w);
	void *context;
};

struct session {
	const struct session_options *o;
	struct sampler_options sampler_options; /* those in force */
	struct sampler sampler;
	struct recorder recorder;
	struct gather gather;
	struct dictionary dict; /* of the window's profile */
	struct profile profile;
	struct launched child;
	int exec_error; /* errno of a command that could not be run */
	struct window window;
	uint64_t window_start; /* of the monotonic clock */
	uint64_t before_samples, before_lost, before_throttled, before_cpu, before_remembered;
	/* Lost in samplers that were closed, and told of by then in records. */
	uint64_t lost_before, lost_told;
	uint64_t begun, housekept, over; /* ns: of recorder_now() */
	struct buf pids;  /* int: the processes that run, when events are opened again */
	int nice;         /* what we began with */
	bool no_room;     /* events could not be opened again */
	bool child_ended; /* window.status says how */
};

/*
 * Record until the command or the duration ends, a signal does (session_stop()),
 * or on_window() says so. False with a message in *why when it could not begin.
 */
bool session_run(struct session *s, const struct session_options *o, struct buf *why);
void session_release(struct session *s);

/* For signal handlers: end the recording; end the window. */
void session_stop(void);
void session_flush(void);

#endif
