/*
 * The call tree that views draw: stacks merged by the names of their frames,
 * with self and total values of one column.
 *
 * Node 0 is the root, which contains all stacks. A parent's number is always
 * smaller than its children's, so totals are one loop from the end.
 */
#ifndef ANALYZE_TREE_H
#define ANALYZE_TREE_H

#include "analyze/frame_names.h"
#include "profile/profile.h"

/* There are millions of them: what a name or the way to a node tells is not in it. */
struct tree_node {
	uint32_t parent;
	str_id name;
	uint32_t first, next; /* child and sibling; 0 = none */
	int64_t self, total;
};

struct tree {
	struct tree_node *node;
	uint32_t n;
	size_t cap;
	uint8_t *flags; /* by str_id, nflags of them: LOC_* that all frames of that name have */
	size_t nflags;
	bool diff; /* the profile is a differential one, and self and total its new side */
	int64_t *base_self, *base_total; /* by node, the base's values; NULL unless diff */
	size_t base_cap;
	uint32_t depth;     /* of the deepest node: frames from the root, which has 0 */
	uint64_t saturated; /* sums that hit the end of int64 */
};

enum tree_order {
	TREE_BY_NAME,   /* siblings in byte order */
	TREE_BY_TOTAL,  /* the largest first, equal ones by name */
	TREE_AS_STACKS, /* as the dictionary's stacks have them: in order of appearance */
	TREE_BY_TIME,   /* in order of time; needs p->keep_times */
};

/*
 * Build the tree of a column's values. In order of time stacks are merged only
 * with the sample just before them (a flame chart).
 */
void tree_build(struct tree *t, const struct profile *p, uint32_t col,
		const struct frame_names *names, enum tree_order order);

/*
 * The same, in order of names, with the stacks of all samples that have a value in any
 * column. node[stack], by stack_id, becomes the node where the stack ends; it has room for
 * all stacks of p's dictionary.
 */
void tree_build_all(struct tree *t, const struct profile *p, uint32_t col,
		    const struct frame_names *names, uint32_t *node);

void tree_release(struct tree *t);

/* The LOC_* flags that all frames of that name have. */
static inline uint32_t tree_flags(const struct tree *t, str_id name)
{
	return name.i < t->nflags ? t->flags[name.i] : 0;
}

/* A name of the tree is called otherwise from now on, and keeps its flags. */
void tree_copy_flags(struct tree *t, str_id from, str_id to);

/*
 * The node after this one, callers before callees, siblings in order: 0 after the last.
 * Begin with node 0 and *depth 0, which is kept up to date.
 */
static inline uint32_t tree_next(const struct tree *t, uint32_t node, uint32_t *depth)
{
	if (t->node[node].first) {
		++*depth;
		return t->node[node].first;
	}
	for (; node && !t->node[node].next; node = t->node[node].parent)
		--*depth;
	return t->node[node].next;
}

#endif
