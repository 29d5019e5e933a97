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

struct tree_node {
	uint32_t parent;
	str_id name;
	uint32_t first, next; /* child and sibling; 0 = none */
	uint32_t flags;       /* LOC_* that all frames of that name have */
	uint32_t depth;       /* frames from the root; 0 for node 0 */
	int64_t self, total;
};

struct tree {
	struct tree_node *node;
	uint32_t n;
	size_t cap;
	bool diff; /* the profile is a differential one, and self and total its new side */
	int64_t *base_self, *base_total; /* by node, the base's values; NULL unless diff */
	size_t base_cap;
	uint32_t depth;     /* of the deepest node */
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

void tree_release(struct tree *t);

/*
 * The node after this one, callers before callees, siblings in order: 0 after the last.
 * Begin with node 0.
 */
static inline uint32_t tree_next(const struct tree *t, uint32_t node)
{
	if (t->node[node].first)
		return t->node[node].first;
	while (node && !t->node[node].next)
		node = t->node[node].parent;
	return t->node[node].next;
}

#endif
