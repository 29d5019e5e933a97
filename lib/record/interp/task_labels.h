/*
 * The label `task` of samples: the name of the task of asyncio that the thread runs, which the BPF
 * program reads at each sample (interp/python/task_walk.h).
 */
#ifndef RECORD_TASK_LABELS_H
#define RECORD_TASK_LABELS_H

#include "record/interp/thread_contexts.h"

struct task_labels {
	struct sample_join records; /* struct interp_task */
	struct buf line;            /* of the last sample */
	struct thread_context_counts counts;
};

/* A zeroed one is empty. */
void task_labels_release(struct task_labels *t);

/* Takes a record of the program; sample_join_sample() follows. Ignores those of other kinds. */
void task_labels_take(struct task_labels *t, struct str record);

/*
 * "task=NAME" and a newline, or an empty text; valid until the next call. A name that is too long
 * or not plain text is left out, and counted.
 */
struct str task_labels_of(struct task_labels *t, const struct perf_sample *s);

#endif
