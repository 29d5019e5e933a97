/*
 * Who has which address, when claims overlap: symbols inside symbols, inlined
 * calls inside functions, JIT code where other code was before. Claims are made
 * flat once, into disjoint spans in order; a look-up is then one binary search.
 */
#ifndef OBJECT_SPANS_H
#define OBJECT_SPANS_H

#include "base/base.h"

/* A claim on [start, end). Of those that hold an address the highest rank has it. */
struct piece {
	uint64_t start, end;
	uint32_t rank;
	uint32_t id; /* the caller's */
};

struct span {
	uint64_t start;
	uint32_t size; /* up to 4 GiB less a byte; the rest of a larger piece is nobody's */
	uint32_t id;   /* of the piece */
};

struct spans {
	struct span *v;
	size_t n, cap;
};

/*
 * Make n pieces flat; sorts them. Of pieces of the same rank the one that begins
 * later has what they share: the inner one, where they lie in one another. Pieces
 * that end where they start, or before it, claim nothing.
 */
void spans_init(struct spans *s, struct piece *pieces, size_t n);

/* The span that holds an address, or NULL. */
const struct span *spans_find(const struct spans *s, uint64_t addr);

void spans_release(struct spans *s);

#endif
