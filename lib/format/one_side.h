/*
 * Writers of formats that hold one profile, not the two sides of a differential one, and
 * whole numbers.
 */
#ifndef FORMAT_ONE_SIDE_H
#define FORMAT_ONE_SIDE_H

#include "io/out.h"
#include "profile/profile.h"

/*
 * Round the values of p, so that its totals stay. False, with an error in `out` that names
 * the format, if p is differential: its base would count as if it had been sampled.
 */
bool write_one_side(struct out *out, struct profile *p, const char *format);

/*
 * The same for a format that cannot hold values below 0 either, such as counts of a graph.
 * `col` is the column that is written.
 */
bool write_counts(struct out *out, struct profile *p, uint32_t col, const char *format);

#endif
