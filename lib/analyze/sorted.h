/*
 * The stacks of a column as sorted lists of names, for building trees and for writing folded
 * text. Stacks with equal names are merged.
 */
#ifndef ANALYZE_SORTED_H
#define ANALYZE_SORTED_H

#include "analyze/frame_names.h"
#include "profile/profile.h"

enum sorted_by {
	SORTED_AS_TREE, /* name by name: "a" "a;x" "a.b" */
	SORTED_AS_TEXT, /* by the joined names: "a" "a.b" "a;x" */
};

struct sorted_stack {
	uint64_t first; /* its frames are n of sorted.frame from here on, root first */
	uint32_t n;
	uint32_t shared; /* number of first names shared with the stack before */
	int64_t value;   /* in a differential profile, of the new side */
	int64_t base;    /* of the base */
};

struct sorted {
	struct sorted_stack *stack;
	size_t n, nstack;    /* stacks; stacks allocated */
	const loc_id *frame; /* the dictionary's, of all stacks */
	uint32_t *as_leaf;   /* by location: the number of its name as a leaf */
	uint32_t *as_caller; /* by location: the number of its name as a caller */
	size_t nloc;
	str_id *text; /* by name number: the name */
	size_t ntext;
	bool diff;          /* some samples are of a base, and negated: see total.h */
	uint64_t saturated; /* sums that overflow int64 */
};

/*
 * Sort the stacks of p's column, without samples whose value is 0. While s is in use, no stack
 * may be added to p's dictionary.
 */
void sorted_init(struct sorted *s, const struct profile *p, uint32_t col,
		 const struct frame_names *names, enum sorted_by by);

/*
 * The same with the stacks of all samples that have a value in any column. place[stack], by
 * stack_id, becomes 1 + the stack's index in s->stack, or 0 for stacks that are not in it; it
 * has room for all stacks of p's dictionary.
 */
void sorted_init_all(struct sorted *s, const struct profile *p, uint32_t col,
		     const struct frame_names *names, uint32_t *place);

void sorted_release(struct sorted *s);

/* The number of the name of frame i of a stack. Numbers are in the order of the names. */
static inline uint32_t sorted_name(const struct sorted *s, const struct sorted_stack *stack,
				   uint32_t i)
{
	const uint32_t *number = i + 1 < stack->n ? s->as_caller : s->as_leaf;

	return number[s->frame[stack->first + i].i];
}

#endif
