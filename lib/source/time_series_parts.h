/* Internals that the files of time_series.h share. */
#ifndef SOURCE_TIME_SERIES_PARTS_H
#define SOURCE_TIME_SERIES_PARTS_H

#include "source/time_series.h"

/*
 * Add the values of a profile, or of the sum of n profiles that a store keeps of old ones, to a
 * point of a group, which is a string of t->groups.
 */
void time_series_add_point(struct time_series *t, uint32_t group, const struct header *h,
			   uint32_t n, int64_t value, int64_t total);

/* Is this the type of the series? The first profile with a chosen type decides. */
bool time_series_is_type(struct time_series *t, struct str id, struct str unit);

#endif
