/*
 * Samples that wait for the program's part of their call chain. The kernel may walk that
 * later, when it returns to the program (perf_event_attr.defer_callchain of Linux 6.19): a
 * sample's own chain then ends with a mark and a cookie, and a record with that cookie has
 * the rest for all samples that the thread has taken meanwhile.
 */
#ifndef PERF_DEFERRED_H
#define PERF_DEFERRED_H

#include "base/vec.h"
#include "perf/record.h"

/* A sample, without a copy of the stack, and its own chain up to the mark. */
struct deferred_sample {
	struct record record;
	uint64_t cookie;
	size_t event;
	uint64_t *chain;
	size_t nchain;
};

/* A zeroed one is empty and ready. */
struct deferred {
	VEC(struct deferred_sample) waiting;
	VEC(uint64_t) chain; /* scratch */
};

void deferred_release(struct deferred *d);

/* Keep a copy of a sample if it has to wait; false: its chain is whole. */
bool deferred_wait(struct deferred *d, const struct record *r, size_t event);

/*
 * The rest of the chain of the thread's samples is there (RECORD_DEFERRED): hand them out, in
 * order. Those with another cookie have lost theirs, and keep the mark.
 */
void deferred_complete(struct deferred *d, const struct record *rest,
		       void (*handle)(void *context, const struct record *r, size_t event),
		       void *context);

/* Nothing follows: hand out all that wait as they are. */
void deferred_flush(struct deferred *d,
		    void (*handle)(void *context, const struct record *r, size_t event),
		    void *context);

#endif
