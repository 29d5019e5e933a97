/* Subtracting a base: the difference is a differential profile (analyze/total.h). */
#ifndef QUERY_SUBTRACT_H
#define QUERY_SUBTRACT_H

#include "profile/profile.h"

/* Add the samples of `base`, negated and labelled as those of a base, to p; empties `base`. */
void subtract_base(struct profile *p, struct profile *base);

/*
 * Scale each sample type of p so that its total is that of the same type in `base`, as
 * `pprof -normalize` does. A type that base lacks, or whose total is not above 0 in both, is
 * not changed. Returns the number of these types.
 */
size_t normalize_to_base(struct profile *p, const struct profile *base);

#endif
