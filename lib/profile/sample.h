/*
 * The rows of samples, as the files of profile.h share them.
 */
#ifndef PROFILE_SAMPLE_H
#define PROFILE_SAMPLE_H

#include "profile/profile.h"

/* Free the samples and their values. */
void samples_release(struct profile *p);

/* Is that row, which may have been taken back since, the one of this sample? */
static inline bool sample_is(const struct profile *p, sample_id id, struct sample row)
{
	const struct sample *s = profile_sample(p, id);

	return id.i && id.i < p->sample.n && s->stack.i == row.stack.i &&
	       s->labels.i == row.labels.i;
}

#endif
