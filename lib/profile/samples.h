/*
 * Samples and columns inside a profile: what the files that implement profile.h share.
 */
#ifndef PROFILE_SAMPLES_H
#define PROFILE_SAMPLES_H

#include "profile/profile.h"

/* Free the samples and their values. */
void samples_release(struct profile *p);

/* Remove all samples and columns; their memory is kept for the next ones. */
void samples_clear(struct profile *p);

/* Free the values of one of the profile's columns. */
void column_release(const struct profile *p, struct column *c);

/*
 * Many samples at once: the same as adding each stack and sample in turn, but looking at
 * memory ahead of need.
 *
 * The frames of sample i are frames[first] and so on; its row is put in .row.
 */
struct batch_sample {
	size_t first, n;
	label_set_id labels;
	uint32_t hash;  /* scratch */
	stack_id stack; /* scratch */
	sample_id row;
};
void profile_add_batch(struct profile *p, const loc_id *frames, struct batch_sample *batch,
		       size_t n);

/* The newest sample with that stack, or 0. */
static inline uint32_t newest_sample(const struct profile *p, stack_id stack)
{
	return stack.i < p->nnewest ? p->newest[stack.i] : 0;
}

#endif
