/*
 * Which interval owns an address, when intervals overlap: symbols inside symbols,
 * inlined calls inside functions, JIT code where other code was before. Intervals are
 * made flat once, into disjoint spans in order; a look-up is then one binary search.
 */
#ifndef OBJECT_SPANS_H
#define OBJECT_SPANS_H

#include "base/base.h"

/* [start, end). An address belongs to the interval of the highest rank that holds it. */
struct interval {
	uint64_t start, end;
	uint32_t rank;
	uint32_t id; /* the caller's */
};

struct span {
	uint64_t start;
	uint32_t size; /* up to 4 GiB less a byte; the rest of a larger interval is nobody's */
	uint32_t id;   /* of the interval */
};

struct spans {
	struct span *v;
	size_t n, cap;
};

/*
 * Make n intervals flat; sorts them. Of two with the same rank the one that begins
 * later owns what they share: the inner one, where one lies in the other. An interval
 * that ends where it starts, or before it, owns nothing.
 */
void spans_init(struct spans *s, struct interval *v, size_t n);

/* The span that holds an address, or NULL. */
const struct span *spans_find(const struct spans *s, uint64_t addr);

void spans_release(struct spans *s);

#endif
