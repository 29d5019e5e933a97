/*
 * Units of values: converting between those of one kind, and printing a value in the
 * unit that reads best. Names and scales are those of google/pprof (internal/measurement).
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
 * Print a value for people: in the coarsest unit in which it is at least 1, rounded to
 * two decimals: "1.50s", "512kB". A value without such a unit is printed as it is.
 * (Minutes are shown as seconds, as in google/pprof.)
 */
void unit_print(struct buf *b, double value, struct str unit);

/*
 * The same in the unit that unit_print() chooses for `like`, so that all values of a
 * column have one unit.
 */
void unit_print_like(struct buf *b, double value, double like, struct str unit);

/* The same in a unit of the same kind, as unit_convert() knows them. */
void unit_print_in(struct buf *b, double value, struct str unit, struct str in);

/*
 * The value of `like` for a column of values, of which least and most are the smallest
 * and the largest magnitude, without 0.
 */
double unit_common(double least, double most, struct str unit);

#endif
