/* The dictionary's table of stacks: lists of locations of any length, each kept once. */
#ifndef PROFILE_STACKS_H
#define PROFILE_STACKS_H

#include <string.h>

#include "profile/dictionary.h"

void stacks_init(struct stacks *t);
void stacks_release(struct stacks *t);

/* The number of the stack of these n frames; 0 for none. */
uint32_t stacks_intern(struct stacks *t, const loc_id *frames, size_t n, uint32_t hash);

/* Is this stack that of these n frames? False for numbers that are no stack's. */
static inline bool stacks_is(const struct stacks *t, uint32_t i, const loc_id *frames, size_t n)
{
	return i && i < t->n && t->row[i].n == n &&
	       memcmp(t->frames + t->row[i].first, frames, n * sizeof(*frames)) == 0;
}

/* The hash that stacks_intern() takes. */
static inline uint32_t stacks_hash(const loc_id *frames, size_t n)
{
	return hash_bytes(frames, n * sizeof(*frames));
}

#endif
