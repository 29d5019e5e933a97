/*
 * Labels of samples from the pprof labels of goroutines, which the BPF program reads at each
 * sample (interp/go/go_walk.h).
 */
#ifndef RECORD_GOROUTINE_LABELS_H
#define RECORD_GOROUTINE_LABELS_H

#include "record/interp/thread_contexts.h"

struct goroutine_labels {
	struct sample_join records; /* struct interp_labels */
	struct buf lines;           /* of the last sample */
	struct thread_context_counts counts;
	/*
	 * Reads n bytes of a process: *pid is its number (an int). May be NULL. A text in a part of
	 * the program's file that nobody has touched is not in memory, so the BPF program cannot
	 * read it; once it was read here, it can.
	 */
	bool (*touch)(void *pid, uint64_t address, void *to, size_t n);
};

/* A zeroed one is empty. */
void goroutine_labels_release(struct goroutine_labels *g);

/* Takes a record of the program; sample_join_sample() follows. Ignores those of other kinds. */
void goroutine_labels_take(struct goroutine_labels *g, struct str record);

/*
 * The labels of a sample, one "key=value" a line; valid until the next call. Left out, and
 * counted, are labels that the program did not copy, and those that are not plain text.
 */
struct str goroutine_labels_of(struct goroutine_labels *g, const struct perf_sample *s);

#endif
