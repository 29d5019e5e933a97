/*
 * The stacks of a column, sorted, as lists of names: trees are built from them, and folded
 * text is written from them. Stacks with equal names are merged.
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
	uint64_t first; /* its names: n of sorted.name from here, root first */
	uint32_t n;
	uint32_t zero;
	int64_t value; /* in a differential profile the new side's */
	int64_t base;  /* and the base's */
};

struct sorted {
	struct sorted_stack *stack;
	size_t n, nstack; /* stacks; stacks allocated */
	uint32_t *name;   /* name numbers of all stacks */
	size_t nname;
	str_id *text;    /* by name number: the name, */
	uint32_t *flags; /* and the LOC_* flags that all frames of that name have */
	size_t ntext;
	bool diff;          /* there are samples of a base, which are negated: see total.h */
	uint64_t saturated; /* sums that hit the end of int64 */
};

/* Samples whose value is 0 are left out. */
void sorted_init(struct sorted *s, const struct profile *p, uint32_t col,
		 const struct frame_names *names, enum sorted_by by);

void sorted_release(struct sorted *s);

#endif
