/*
 * Finds the interval of an address where intervals overlap: symbols inside symbols, inlined calls
 * inside functions, JIT code in the place of earlier code. Intervals are flattened once, into
 * sorted disjoint spans; a look-up is then a binary search.
 */
#ifndef OBJECT_SPANS_H
#define OBJECT_SPANS_H

#include "base/base.h"

/* [start, end). An address belongs to the interval with the highest rank that contains it. */
struct interval {
	uint64_t start, end;
	uint32_t rank;
	uint32_t id; /* chosen by the caller */
};

struct span {
	uint64_t start;
	uint32_t size; /* at most 2^32 - 1; the rest of a larger interval belongs to no span */
	uint32_t id;   /* of the interval */
};

struct spans {
	struct span *v;
	size_t n, cap;
};

/*
 * Sorts and flattens n intervals. Of two with the same rank, the one that begins later owns their
 * common part: the inner one, if they are nested. An interval whose end is not after its start
 * owns nothing.
 */
void spans_init(struct spans *s, struct interval *v, size_t n);

/* The span that holds an address, or NULL. */
const struct span *spans_find(const struct spans *s, uint64_t addr);

void spans_release(struct spans *s);

#endif
