/* Dividing a profile that is too large for one request: its samples, not its stacks. */
#ifndef REMOTE_DIVIDE_H
#define REMOTE_DIVIDE_H

#include "profile/profile.h"

/*
 * Call take() for the profile, or for parts of it with at most that many samples each. Where
 * it returns false, the part is too large, and its halves follow, unless it is one sample.
 * Parts begin 1 ns after each other: some servers count equal profiles of one time once.
 * Returns whether there were several parts. The profile's time is changed.
 */
bool divide(struct profile *p, size_t most_samples,
	    bool (*take)(void *context, struct profile *part), void *context);

#endif
