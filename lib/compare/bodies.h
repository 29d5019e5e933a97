/*
 * A body is the machine code of a function, with all that the compiler inlined into it. Which of
 * its instructions belong to which inlined function is the compiler's word: it differs from build
 * to build, and by the few instructions by which a sample may be late.
 */
#ifndef COMPARE_BODIES_H
#define COMPARE_BODIES_H

#include "compare/compare.h"

/* A row in one body. */
struct place {
	uint32_t row, body; /* the body's function, as an item */
	double cost;        /* the change of the row's cost there */
};

/* The places of the rows that were found. */
struct bodies {
	struct table place;
	uint32_t *first; /* by row: its first place; the others follow */
	size_t nrow;
	struct groups by_place; /* the elements of `stack` of each place */
	uint32_t *stack;
};

void bodies_init(struct bodies *b, const struct comparison *c, const struct members *m);
void bodies_release(struct bodies *b);

static inline const struct place *bodies_place(const struct bodies *b, uint32_t place)
{
	return table_row(&b->place, place);
}

/* The row's stacks in a body. */
static inline const uint32_t *bodies_stacks(const struct bodies *b, uint32_t place, size_t *n)
{
	*n = groups_end(&b->by_place, place) - groups_begin(&b->by_place, place);
	return b->stack + groups_begin(&b->by_place, place);
}

#endif
