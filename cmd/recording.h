/*
 * One recording with all that belongs to it: the session, names for its
 * addresses, signals, the output, and the line at the end.
 */
#ifndef CMD_RECORDING_H
#define CMD_RECORDING_H

#include "record_allocs.h"
#include "record_hints.h"
#include "record_names.h"
#include "record_output.h"

enum {
	RECORDING_FAILED = 125, /* as env(1): we failed */
	RECORDING_CANNOT_RUN = 126,
	RECORDING_NOT_FOUND = 127,
	RECORDING_BY_SIGNAL = 128, /* and the signal's number */
};

struct recording {
	/* Set by the caller. */
	struct session_options session; /* but for its callbacks */
	struct record_output output;
	struct record_facts facts;
	struct record_names *names; /* NULL: addresses stay as they are */
	bool jit;                   /* --jit-names: the runtimes were asked for names */

	/* What came of it. */
	struct record_hints hints;
	uint64_t samples, lost, truncated, remembered, cpu_time, user_time, sampled, forks;
	uint64_t by_end[UNWIND_ENDS];       /* samples by why their stacks ended */
	struct record_allocs allocs;        /* where allocations are recorded */
	struct off_cpu_counts off_cpu;      /* where waits are recorded, */
	uint64_t switch_period;             /* of which at least one in so many has a stack */
	uint64_t frequency, most_frequency; /* in force; the most that could be */
	uint64_t begun, wall;               /* ns: of monotonic_ns(); from then to the end */
	uint64_t finishing; /* ns: of that, after there was nothing left to record */
	int exec_error;     /* errno of a command that could not be run */
	int status;         /* of the command, as waitpid(2) has it, */
	bool ended;         /* once it has ended */
	bool failed;        /* we could not begin, or not write */
	struct interp_counts interpreted;
	char interpreter_why[160]; /* why interpreted functions have no names; empty: they have; */
	unsigned python_refused;   /* or the version of an interpreter that is not known */
	bool user_only;            /* kernel code could not be sampled */
	bool others_run;           /* what the command has started runs on after its end */
};

/* Record and write. Complains. The output is opened before anything is started. */
void recording_run(struct recording *r);

/* The exit status that it deserves. */
int recording_status(const struct recording *r);

/* Samples, losses and own cost on standard error, unless -q. */
void recording_summarise(const struct recording *r);

/* CPU time that we have used so far, in seconds. */
double recording_own_cpu(void);

/* Catch the signals that end a recording, and those that end a window. */
void recording_catch_signals(void);

/* Was one that ends it caught? */
bool recording_interrupted(void);

#endif
