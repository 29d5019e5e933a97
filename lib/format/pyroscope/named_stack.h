/* Samples whose stack is a text, "root;caller;leaf", in Pyroscope's formats. */
#ifndef FORMAT_PYROSCOPE_NAMED_STACK_H
#define FORMAT_PYROSCOPE_NAMED_STACK_H

#include "base/vec.h"
#include "io/in.h"
#include "profile/profile.h"

struct named_stacks {
	struct profile *p;
	uint32_t col;
	VEC(loc_id) frames;
};

/* The profile gets the sample type samples/count. */
void named_stacks_begin(struct named_stacks *s, struct profile *p);
void named_stacks_release(struct named_stacks *s);

/* The frame of a name. */
loc_id named_stacks_frame(struct named_stacks *s, struct str name);

/* Add a value to the sample of n frames, root first. */
void named_stacks_add(struct named_stacks *s, const loc_id *frames, size_t n, int64_t value);

/* The same for a text; empty names are left out. */
void named_stacks_add_text(struct named_stacks *s, struct str stack, int64_t value);

#endif
