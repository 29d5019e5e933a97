/*
 * For writers of formats that hold whole numbers, and one profile, not both sides of a
 * differential one.
 */
#ifndef FORMAT_ONE_SIDE_H
#define FORMAT_ONE_SIDE_H

#include "io/out.h"
#include "profile/profile.h"

/*
 * Round the values of p, keeping its totals. False, with an error in `out` that names the
 * format, if p is differential, since its base would count as samples.
 */
bool write_one_side(struct out *out, struct profile *p, const char *format);

/*
 * The same for a format that cannot hold negative values either, such as counts of a graph.
 * `col` is the column to be written.
 */
bool write_counts(struct out *out, struct profile *p, uint32_t col, const char *format);

#endif
