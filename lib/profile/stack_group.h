/*
 * Stacks that are entered into a dictionary in groups, so that their look-ups wait for memory
 * together: what changes the frames of all stacks waits for most of its time otherwise.
 *
 *	struct stack_group g = { .dict = dict };
 *
 *	... stack_group_add(&g, frames, n, &stack[i]); ...
 *	stack_group_end(&g);
 *
 * Stacks get the same numbers as from dict_add_stack(), in the order of the calls.
 */
#ifndef PROFILE_STACK_GROUP_H
#define PROFILE_STACK_GROUP_H

#include "base/vec.h"
#include "profile/dictionary.h"

struct stack_group_row {
	size_t first, n; /* of the group's frames */
	uint32_t hash;
	stack_id *to;
};

struct stack_group {
	struct dictionary *dict;
	VEC(loc_id) frames;
	struct stack_group_row row[INDEX_GROUP];
	size_t n;
};

/* The n frames, root first, are copied. *to is set by a later call, at the latest by the end. */
void stack_group_add(struct stack_group *g, const loc_id *frames, size_t n, stack_id *to);

/* Enter what is left, and free the group's memory. */
void stack_group_end(struct stack_group *g);

#endif
