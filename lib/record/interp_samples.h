/*
 * Samples whose evaluator's frames are replaced by the Python functions that it runs.
 *
 * The program in the kernel writes a thread's Python frames right before its sample, into the same
 * buffer; interp_samples_take() is given the records of such a buffer in their order, and keeps
 * what belongs to a sample until that is handed out. Up to 3.10 the evaluator
 * (_PyEval_EvalFrameDefault) is called for each function. Later ones run several functions in
 * one call, a run, and say where it ends. Runs and evaluators are matched from the innermost on.
 */
#ifndef RECORD_INTERP_SAMPLES_H
#define RECORD_INTERP_SAMPLES_H

#include "perf/decoder.h"
#include "record/interp_names.h"

/* What became of samples with an evaluator's frame. */
enum interp_outcome {
	INTERP_MERGED,   /* its functions stand in its place */
	INTERP_EARLY,    /* the process was not known to be Python's yet, or a record was lost */
	INTERP_NOT_READ, /* the kernel could not read all frames: enum interp_end says why */
	INTERP_MISMATCH, /* they do not go together with the native stack */
	INTERP_CUT,      /* merged, but there are more functions */
	INTERP_OUTCOMES
};

/* From the beginning of a recording; or of a window. */
struct interp_counts {
	uint64_t outcome[INTERP_KINDS][INTERP_OUTCOMES];
	uint64_t by_end[INTERP_KINDS][INTERP_ENDS]; /* of those that were not read */
	uint64_t unnamed;                           /* frames without a name */
};

struct interp_samples {
	struct interp_names names;
	struct buf pending;         /* struct interp_stack, cut after its frames: no sample yet */
	struct joined *joined[256]; /* by thread and time of their sample */
	size_t njoined;
	struct table evaluators; /* struct known_evaluator, by module */
	struct buf frames;       /* struct user_frame: those of the last sample */
	bool show_evaluators;
	bool first_compiled; /* of the last sample: compiled code that its evaluator called is a run */
	bool met_evaluator; /* some sample was in one */
	struct interp_counts counts;
	/* Find the names of a code object late. May be NULL. */
	bool (*find_names)(void *context, uint32_t pid, const struct interp_frame *f);
	void *context;
};

void interp_samples_init(struct interp_samples *p);
void interp_samples_release(struct interp_samples *p);

/* A record that the program has written; */
void interp_samples_take(struct interp_samples *p, struct str record);

/* and a sample that follows it in its buffer. */
void interp_samples_join(struct interp_samples *p, uint32_t tid, uint64_t time);

/* Replace frames of a sample; s->user is valid until the next call. */
void interp_samples_merge(struct interp_samples *p, struct perf_sample *s);

/* Samples up to that time have been handed out: forget what belonged to others. */
void interp_samples_forget(struct interp_samples *p, uint64_t until);

/* What the address of a frame of Python stands for: as perf_host.script(). */
bool interp_samples_script(const struct interp_samples *p, uint64_t address,
			   struct script_frame *f);

/* What was counted since then; and the sum of two. */
struct interp_counts interp_counts_since(const struct interp_counts *now,
					 const struct interp_counts *then);
void interp_counts_add(struct interp_counts *to, const struct interp_counts *c);

/* What an interpreter is called. */
const char *interp_kind_name(enum interp_kind k);

/* The outcome in a few words, and the end of a stack that was not read. */
const char *interp_outcome_name(enum interp_outcome o);
const char *interp_end_name(enum interp_end e);

#endif
