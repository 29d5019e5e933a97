/* The table of stacks: runs of locations of any length, each kept once. */
#ifndef PROFILE_STACKS_H
#define PROFILE_STACKS_H

#include "profile/profile.h"

void stacks_init(struct stacks *t);
void stacks_release(struct stacks *t);

/* The number of the stack of these n frames; 0 for none. */
uint32_t stacks_intern(struct stacks *t, const loc_id *frames, size_t n, uint32_t hash);

/* The hash that stacks_intern() wants. */
static inline uint32_t stacks_hash(const loc_id *frames, size_t n)
{
	return hash_bytes(frames, n * sizeof(*frames));
}

#endif
