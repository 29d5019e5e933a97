/*
 * Samples whose evaluator's frames are replaced by the Python functions that it runs.
 *
 * The program in the kernel writes a thread's Python frames right before its sample, into the same
 * buffer; python_samples_take() is given the records of such a buffer in their order, and keeps
 * what belongs to a sample until that is handed out. Up to 3.10 the evaluator
 * (_PyEval_EvalFrameDefault) is called for each function. Later ones run several functions in
 * one call, a run, and say where it ends. Runs and evaluators are matched from the innermost on.
 */
#ifndef RECORD_PYTHON_SAMPLES_H
#define RECORD_PYTHON_SAMPLES_H

#include "perf/decoder.h"
#include "record/python_names.h"

/* What became of samples with an evaluator's frame. */
enum python_outcome {
	PYTHON_MERGED,   /* its functions stand in its place */
	PYTHON_EARLY,    /* the process was not known to be Python's yet, or a record was lost */
	PYTHON_NOT_READ, /* the kernel could not read all frames: enum python_end says why */
	PYTHON_MISMATCH, /* they do not go together with the native stack */
	PYTHON_CUT,      /* merged, but there are more functions */
	PYTHON_OUTCOMES
};

/* From the beginning of a recording; or of a window. */
struct python_counts {
	uint64_t outcome[PYTHON_OUTCOMES];
	uint64_t by_end[PYTHON_ENDS]; /* of those that were not read */
	uint64_t unnamed;             /* frames without a name */
};

struct python_samples {
	struct python_function_names names;
	struct buf pending;         /* struct python_stack, cut after its frames: no sample yet */
	struct joined *joined[256]; /* by thread and time of their sample */
	size_t njoined;
	struct table evaluators; /* struct known_evaluator, by module */
	struct buf frames;       /* struct user_frame: those of the last sample */
	bool show_evaluators;
	bool met_evaluator; /* some sample was in one */
	struct python_counts counts;
	/* Find the names of a code object late. May be NULL. */
	bool (*find_names)(void *context, uint32_t pid, const struct python_frame *f);
	void *context;
};

void python_samples_init(struct python_samples *p);
void python_samples_release(struct python_samples *p);

/* A record that the program has written; */
void python_samples_take(struct python_samples *p, struct str record);

/* and a sample that follows it in its buffer. */
void python_samples_join(struct python_samples *p, uint32_t tid, uint64_t time);

/* Replace frames of a sample; s->user is valid until the next call. */
void python_samples_merge(struct python_samples *p, struct perf_sample *s);

/* Samples up to that time have been handed out: forget what belonged to others. */
void python_samples_forget(struct python_samples *p, uint64_t until);

/* What the address of a frame of Python stands for: as perf_host.script(). */
bool python_samples_script(const struct python_samples *p, uint64_t address,
			   struct script_frame *f);

/* What was counted since then; and the sum of two. */
struct python_counts python_counts_since(const struct python_counts *now,
					 const struct python_counts *then);
void python_counts_add(struct python_counts *to, const struct python_counts *c);

/* The outcome in a few words, and the end of a stack that was not read. */
const char *python_outcome_name(enum python_outcome o);
const char *python_end_name(enum python_end e);

#endif
