/*
 * Samples of formats that hold stacks as a tree: a node is a frame called by its parent
 * node. JSON comes in any order, so frames, and even the parents of nodes, may be known only
 * at the end. Until then values are added up by node, in little memory.
 *
 *	tree_samples_init(&t, j, p);
 *	group = tree_group(&t, labels, count_column, value_column);
 *	tree_add(&t, group, node, time, 1, (struct json_decimal){ 1000 });
 *	...
 *	tree_finish(&t, nodes, nnode, frames, nframe);
 *	tree_samples_release(&t);
 */
#ifndef FORMAT_JSON_TREE_SAMPLES_H
#define FORMAT_JSON_TREE_SAMPLES_H

#include "base/vec.h"
#include "format/json/json_number.h"
#include "profile/profile.h"

/* Node 0 is the root, which has no frame. */
struct tree_node {
	uint32_t parent; /* the number of a node */
	uint32_t frame;  /* the number of a frame, from 1; 0 = not shown */
};

_Static_assert(sizeof(struct tree_node) == 8, "no padding");

/* Values of a node in a group. */
struct tree_sum {
	uint32_t group, node; /* the key; groups count from 1 */
	int64_t count, value;
	uint64_t frac; /* of the value, in 10^-18ths */
};

_Static_assert(sizeof(struct tree_sum) == 32, "no padding");

/* Samples with the same labels and columns, for instance of a thread. */
struct tree_group {
	label_set_id labels;
	uint32_t count_col, value_col; /* TREE_NO_COLUMN: this value is not kept */
	int64_t scale;                 /* the factor for values and times */
};

#define TREE_NO_COLUMN UINT32_MAX

struct tree_time {
	uint64_t time;
	uint32_t sum; /* its row */
	int64_t value;
};

struct tree_samples {
	struct in *in;
	struct json_in *j; /* the position of errors; NULL outside JSON */
	struct profile *p;
	struct table sums; /* struct tree_sum */
	VEC(struct tree_group) groups;
	VEC(struct tree_time) times; /* if the profile keeps times */
	/* While the tree becomes stacks: */
	const struct tree_node *node;
	size_t nnode;
	const loc_id *loc; /* by frame; element 0 is not used */
	size_t nloc;
	VEC(loc_id) frames;
	VEC(stack_id) stacks; /* by node; 0 = not made yet */
	uint64_t nstep;       /* steps taken from nodes to their parents */
};

void tree_samples_init(struct tree_samples *t, struct json_in *j, struct profile *p);

/* The same for a format that is not JSON. */
void tree_samples_init_in(struct tree_samples *t, struct in *in, struct profile *p);
void tree_samples_release(struct tree_samples *t);

/* A new group of scale 1; the caller may still change it, as t->groups.v[group - 1]. */
uint32_t tree_group(struct tree_samples *t, label_set_id labels, uint32_t count_col,
		    uint32_t value_col);

/* Add to a node's values; time in ns. */
void tree_add(struct tree_samples *t, uint32_t group, uint32_t node, uint64_t time, int64_t count,
	      struct json_decimal value);

/*
 * Turn the nodes into stacks and add the samples to the profile. loc: by frame number;
 * NULL: the frames of the nodes are the numbers of locations. False, with an error, if the
 * nodes do not form a tree, or the stacks would take far more memory than the input.
 */
bool tree_finish(struct tree_samples *t, const struct tree_node *node, size_t nnode,
		 const loc_id *loc, size_t nloc);

#endif
