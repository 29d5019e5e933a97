/*
 * Labels of samples from what a program says of its own work, which the BPF program reads at each
 * sample (struct interp_labels): the pprof labels of a goroutine, or the task of asyncio.
 */
#ifndef RECORD_OWN_LABELS_H
#define RECORD_OWN_LABELS_H

#include "record/interp/thread_contexts.h"

struct own_labels {
	enum interp_record kind;
	struct sample_join records; /* struct interp_labels of that kind */
	struct buf lines;           /* of the last sample */
	struct thread_context_counts counts;
};

/* All but `kind` is zero in an empty one. */
void own_labels_release(struct own_labels *o);

/* Takes a record of the program; sample_join_sample() follows. Ignores those of other kinds. */
void own_labels_take(struct own_labels *o, struct str record);

/*
 * The labels of a sample, one "key=value" a line; valid until the next call. Left out, and
 * counted, are labels that the program did not copy, and those that are not plain text.
 */
struct str own_labels_of(struct own_labels *o, const struct perf_sample *s);

#endif
