/*
 * Labels of samples from the contexts of threads, which the BPF program reads at each sample
 * (interp/context_walk.h): trace_id, span_id, and the attributes under their own keys.
 */
#ifndef RECORD_THREAD_CONTEXTS_H
#define RECORD_THREAD_CONTEXTS_H

#include "interp/interp_wire.h"
#include "perf/decoder.h"
#include "record/sampler/sample_join.h"

/* Counts since the beginning of a recording, or of a window. */
struct thread_context_counts {
	uint64_t state[CONTEXT_STATES]; /* samples */
	uint64_t left_out;              /* attributes: see thread_contexts_labels() */
	uint64_t early;                 /* samples from before the process was known */
};

struct thread_contexts {
	struct sample_join records; /* struct interp_context */
	struct buf lines;           /* of the last sample */
	struct thread_context_counts counts;
};

/* A zeroed one is empty. */
void thread_contexts_release(struct thread_contexts *t);

/* Takes a record of the program; sample_join_sample() follows. Ignores those of other kinds. */
void thread_contexts_take(struct thread_contexts *t, struct str record);

/*
 * The labels of a sample, one "key=value" a line; valid until the next call. Left out are
 * attributes whose key is not known or is empty, values that are not plain text, and all after the
 * bytes that the program copied.
 */
struct str thread_contexts_labels(struct thread_contexts *t, const struct perf_sample *s);

/* The difference of two counts, and their sum. */
struct thread_context_counts thread_context_counts_since(const struct thread_context_counts *now,
							 const struct thread_context_counts *then);
void thread_context_counts_add(struct thread_context_counts *to,
			       const struct thread_context_counts *c);

#endif
