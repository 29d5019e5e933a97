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

/* Trees have millions of nodes: what the name or the path of a node tells is not stored in it. */
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
	uint32_t *flags; /* by str_id, nflags of them: LOC_* that all frames of that name have */
	size_t nflags;
	uint8_t *has_name; /* by str_id, nflags of them: does a node, or one left out, have it? */
			   /* NULL unless nodes were left out: see tree_wide.h */
	bool diff;         /* the profile is differential: self and total are its new side */
	int64_t *base_self, *base_total; /* by node: the base's values; NULL unless diff */
	size_t base_cap;
	uint32_t depth;     /* of the deepest node; the root's is 0 */
	uint64_t saturated; /* sums that overflow int64 */
};

enum tree_order {
	TREE_BY_NAME,   /* siblings in byte order */
	TREE_BY_TOTAL,  /* the largest first, equal ones by name */
	TREE_AS_STACKS, /* in order of appearance in the dictionary's stacks */
	TREE_BY_TIME,   /* in order of time; needs p->keep_times */
};

/*
 * Build the tree of a column's values. In order of time, a stack is merged only with that of
 * the sample just before it (a flame chart).
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

/*
 * Replace negative self values by 0 and add up the totals anew, for views, which cannot draw
 * them. The order of siblings stays. Returns the number of nodes that had one.
 */
uint32_t tree_drop_negative(struct tree *t);

void tree_release(struct tree *t);

/* The LOC_* flags that all frames of that name have. */
static inline uint32_t tree_flags(const struct tree *t, str_id name)
{
	return name.i < t->nflags ? t->flags[name.i] : 0;
}

/* Copy the flags of a name to its new name. */
void tree_copy_flags(struct tree *t, str_id from, str_id to);

/*
 * The node after this one, callers before callees, siblings in order; 0 after the last. Begin
 * with node 0 and *depth 0; the function updates *depth.
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
