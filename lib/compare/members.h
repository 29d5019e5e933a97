/*
 * The stacks of items, and the samples of a set of stacks, for tests of several items together
 * in which each sample counts once.
 */
#ifndef COMPARE_MEMBERS_H
#define COMPARE_MEMBERS_H

#include "compare/family.h"

struct members {
	struct items *items;
	const struct matrix *matrix;
	uint32_t *slot;        /* by item: the number of its group + 1; 0 = not wanted */
	uint32_t nitem;        /* items */
	struct groups by_slot; /* the elements of `stack` of each item */
	uint32_t *stack;       /* stacks through the item; MEMBER_LEAF is set if it is the leaf */
	/* The current set of stacks. */
	uint32_t *in_set; /* by stack: the number of the last set that it was added to */
	uint32_t set;
	double *x; /* by run: the samples of the set */
};

enum { MEMBER_LEAF = 1u << 31 };

/* Collect the stacks of the items i with wanted[i]. */
void members_init(struct members *m, struct items *items, const struct matrix *matrix,
		  const uint8_t *wanted);
void members_release(struct members *m);

/* The stacks of a wanted item. */
const uint32_t *members_of(const struct members *m, uint32_t item, size_t *n);

/* Begin an empty set; m->x becomes 0. */
void members_clear(struct members *m);

/*
 * Add the item's stacks to the set, except those with skip[stack] != 0 (skip may be NULL), and
 * their samples to m->x.
 */
void members_add(struct members *m, uint32_t item, enum kind kind, const uint8_t *skip);

/* Add one stack. */
void members_add_stack(struct members *m, uint32_t stack);

#endif
