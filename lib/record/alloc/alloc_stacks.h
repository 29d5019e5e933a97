/*
 * The stacks of allocations in use, which outlive the profile of their window: addresses, and the
 * mappings in which those were. Stacks share their outer frames. A stack has a number; 0 is the
 * empty one.
 */
#ifndef RECORD_ALLOC_STACKS_H
#define RECORD_ALLOC_STACKS_H

#include "base/table.h"
#include "perf/decoder.h"

struct alloc_stacks {
	struct table nodes; /* struct stack_node */
};

void alloc_stacks_init(struct alloc_stacks *t);
void alloc_stacks_release(struct alloc_stacks *t);

/* The number of the sample's stack. */
uint32_t alloc_stacks_keep(struct alloc_stacks *t, const struct perf_sample *s);

/*
 * Puts the frames of a stack, leaf first, in out[UNWIND_MOST], with the regions that process p
 * still has, and why it ends in *end. Returns the number of frames.
 */
size_t alloc_stacks_get(const struct alloc_stacks *t, uint32_t stack, struct processes *all,
			struct process *p, struct user_frame *out, enum unwind_end *end);

/* One more than the largest number. */
size_t alloc_stacks_count(const struct alloc_stacks *t);

/*
 * Drops the stacks that are not in use: numbers[alloc_stacks_count()] is 1 for those that are, else
 * 0. Afterwards it has the new numbers of those in use.
 */
void alloc_stacks_sweep(struct alloc_stacks *t, uint32_t *numbers);

#endif
