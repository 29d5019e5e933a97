/*
 * One recording with everything it needs: the session, names of addresses, signals, the
 * output, and the summary.
 */
#ifndef CMD_RECORDING_H
#define CMD_RECORDING_H

#include "cmd/record/record_allocs.h"
#include "cmd/record/record_children.h"
#include "cmd/record/record_hints.h"
#include "cmd/record/record_names.h"
#include "cmd/record/record_output.h"

enum {
	RECORDING_FAILED = 125, /* as in env(1): prof-record itself failed */
	RECORDING_CANNOT_RUN = 126,
	RECORDING_NOT_FOUND = 127,
	RECORDING_BY_SIGNAL = 128, /* plus the signal's number */
};

struct recording {
	/* Set by the caller. */
	struct session_options session; /* without its callbacks */
	struct record_output output;
	struct record_facts facts;
	struct record_names *names; /* NULL: addresses get no names */
	bool jit;                   /* --jit-names: runtimes were asked for names */

	/* Results. */
	struct record_hints hints;
	uint64_t samples, lost, lost_records, longest, truncated, remembered, cpu_time, user_time,
		sampled, forks;
	uint64_t by_end[UNWIND_ENDS];       /* samples, by why their stacks ended */
	struct record_allocs allocs;        /* if allocations are recorded */
	struct record_children children;    /* that are not recorded */
	struct off_cpu_counts off_cpu;      /* if waits are recorded */
	uint64_t switch_period;             /* at least one wait in this many has a stack */
	uint64_t frequency, most_frequency; /* the frequency used, and the highest possible one */
	uint64_t begun, wall; /* ns: begun by monotonic_ns(); wall from then to the end */
	uint64_t finishing;   /* ns of that time after recording had ended */
	uint64_t writing; /* ns of it in which the output was written, or waited for its reader */
	int exec_error;   /* errno, if the command could not be run */
	int status;       /* of the command, as from waitpid(2) */
	bool ended;       /* the command has ended */
	bool failed;      /* the recording could not begin, or not be written */
	struct interp_counts interpreted;
	struct thread_context_counts contexts, goroutines, tasks;
	bool met_context;          /* a process publishes contexts of its threads */
	char interpreter_why[160]; /* why interpreted functions have no names; or empty */
	bool interpreter_refused;  /* interpreter_why is about one that cannot be read */
	unsigned go_version; /* the minor version of Go whose labels cannot be read; 0: unknown */
	const char *go_refusal; /* the reason: a static string; or NULL */
	bool user_only;         /* kernel code could not be sampled */
	bool others_run;        /* processes that the command started outlive it */
};

/* Record and write, with error messages. The output is opened before anything is started. */
void recording_run(struct recording *r);

/* The exit status of the recording. */
int recording_status(const struct recording *r);

/* Print samples, losses and the recorder's own cost on standard error, unless -q is given. */
void recording_summarise(const struct recording *r);

/* The CPU time of this process so far, in seconds. */
double recording_own_cpu(void);

/* Catch the signals that end a recording or a window. */
void recording_catch_signals(void);

/* Was a signal caught that ends the recording? */
bool recording_interrupted(void);

#endif
