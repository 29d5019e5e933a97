/*
 * Samples that wait for the user part of their call chain. The kernel may walk that part later,
 * when it returns to the program (perf_event_attr.defer_callchain of Linux 6.19). The sample's
 * chain then ends with a mark and a cookie. A record with that cookie has the rest of the chain,
 * for all samples of the thread since then.
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

/* Keeps a copy of a sample that has to wait. False if its chain is complete. */
bool deferred_wait(struct deferred *d, const struct record *r, size_t event);

/*
 * Hands out the thread's samples, in order, with the rest of their chain (RECORD_DEFERRED). Samples
 * with another cookie have lost their rest, and keep the mark.
 */
void deferred_complete(struct deferred *d, const struct record *rest,
		       void (*handle)(void *context, const struct record *r, size_t event),
		       void *context);

/* Hands out all waiting samples as they are, at the end. */
void deferred_flush(struct deferred *d,
		    void (*handle)(void *context, const struct record *r, size_t event),
		    void *context);

#endif
