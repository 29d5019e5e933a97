/*
 * Replaces the evaluator's frames in samples by the functions that it runs.
 *
 * The BPF program writes a thread's interpreted frames right before its sample, into the same
 * buffer. interp_samples_take() takes the records of a buffer in order, and keeps them until
 * their sample is handed out (sample_join.h). Up to Python 3.10 the evaluator (_PyEval_EvalFrameDefault) is
 * called for each function. Later versions run several functions in one call, a run, and mark
 * where it ends. Runs and evaluators are matched from the innermost on.
 */
#ifndef RECORD_INTERP_SAMPLES_H
#define RECORD_INTERP_SAMPLES_H

#include "perf/decoder.h"
#include "record/interp/interp_counts.h"
#include "record/interp/interp_names.h"
#include "record/sampler/evaluators.h"
#include "record/sampler/sample_join.h"

struct interp_samples {
	struct interp_names names;
	struct sample_join stacks; /* struct interp_stack, cut after its frames */
	struct evaluators evaluators;
	struct buf frames;       /* struct user_frame: those of the last sample */
	const struct arch *arch; /* of this machine */
	bool show_evaluators;
	bool first_compiled; /* last sample: its evaluator's first compiled code is a run */
	bool met_evaluator;  /* some sample was in one */
	struct interp_counts counts;
	/* Reads missing names of a process's code object from the memory of one. May be NULL. */
	bool (*find_names)(void *context, uint32_t pid, int memory, const struct interp_frame *f);
	/* Completes a frame that the program left (INTERP_LATE). May be NULL. */
	bool (*find_late)(void *context, uint32_t pid, struct interp_frame *f);
	void *context;
};

void interp_samples_init(struct interp_samples *p);
void interp_samples_release(struct interp_samples *p);

/* Takes a record of the program. */
void interp_samples_take(struct interp_samples *p, struct str record);

/* Replaces the evaluator's frames in a sample; s->user is valid until the next call. */
void interp_samples_merge(struct interp_samples *p, struct perf_sample *s);

/* The function that a frame's address stands for; as perf_host.script(). */
bool interp_samples_script(const struct interp_samples *p, uint64_t address,
			   struct script_frame *f);

#endif
