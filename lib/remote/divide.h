/* Dividing a profile that is too large for one request, by samples. */
#ifndef REMOTE_DIVIDE_H
#define REMOTE_DIVIDE_H

#include "profile/profile.h"

/*
 * Call take() for the profile, or for parts of it with at most most_samples samples each. If
 * take() returns false, the part is too large, and its two halves follow, unless it is a
 * single sample. Times of parts differ by 1 ns: some servers count equal profiles of one time
 * once. Returns whether there were several parts. Changes the profile's time.
 */
bool divide(struct profile *p, size_t most_samples,
	    bool (*take)(void *context, struct profile *part), void *context);

#endif
