/*
 * Shared parts of the writers of JSON formats: a column of a profile, and the frames and the
 * tree of the stacks that it uses.
 */
#ifndef FORMAT_JSON_JSON_WRITE_H
#define FORMAT_JSON_JSON_WRITE_H

#include "format/json/tree_samples.h"
#include "io/json.h"
#include "io/out.h"

/* Frames that samples use, numbered from 0 in order of appearance. */
struct used_frames {
	uint32_t *number; /* by location: 1 + its number; 0 = not used */
	size_t nloc;      /* of `number` */
	VEC(loc_id) frames;
};

void used_frames_init(struct used_frames *u, const struct profile *p);
void used_frames_release(struct used_frames *u);

/*
 * The tree of all stacks: the frames of nodes are numbers of locations, and a parent comes
 * before its children.
 */
struct stack_tree {
	struct table nodes; /* struct tree_node */
	uint32_t *leaf;     /* by stack: its node; 0 = none */
	size_t nstack;
};

void stack_tree_init(struct stack_tree *t, const struct profile *p);
void stack_tree_release(struct stack_tree *t);

/* The node of a sample's stack; 0 if it has no frames. */
static inline uint32_t stack_tree_leaf(const struct stack_tree *t, stack_id stack)
{
	return t->leaf[stack.i];
}

#endif
