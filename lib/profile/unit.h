/*
 * Units of values: which measure the same thing, and how they read best.
 * Names and scales are those that google/pprof knows (internal/measurement).
 */
#ifndef PROFILE_UNIT_H
#define PROFILE_UNIT_H

#include "base/buf.h"

/*
 * How many of `fine` make one of `coarse` (1 if they are the same); 0 when they
 * measure different things or `coarse` is the finer one.
 */
int64_t unit_ratio(struct str coarse, struct str fine);

/* Is it a unit of time or of bytes, and not just a name? */
bool unit_is_known(struct str unit);

/* Express *value in another unit of the same kind; false when it is of none. */
bool unit_convert(double *value, struct str from, struct str to);

/*
 * A value for people: scaled to the unit that suits it and rounded to two
 * decimals, "1.50s", "512kB", "42". Counts stay as they are. (Minutes are shown
 * as seconds, as google/pprof does.)
 */
void unit_print(struct buf *b, double value, struct str unit);

/*
 * The same in the one unit that suits `like`, so that a column of values can be
 * compared by eye.
 */
void unit_print_like(struct buf *b, double value, double like, struct str unit);

/*
 * A value for unit_print_like() whose unit suits a column of values: least and most are
 * the smallest and the largest magnitude in it, 0 left out.
 */
double unit_common(double least, double most, struct str unit);

#endif
