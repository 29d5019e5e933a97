/*
 * The permutation test, which makes no assumptions about distributions (Westfall and Young
 * 1993, maxT). If nothing has changed, the labels "base" and "new" of the runs are
 * exchangeable. The p-value of an item is the part of random labellings in which some item
 * looks at least as changed.
 */
#ifndef COMPARE_PERMUTE_H
#define COMPARE_PERMUTE_H

#include "compare/family.h"

/*
 * Set p[f][i] for item i of family f: the chance that any item of any family is as
 * far above its critical value at the gate's level as this one is. All labellings
 * if there are at most 1024, else 999 random ones from that seed.
 */
void permute(const struct family family[KINDS], const struct design *d, double gate_q,
	     uint64_t seed, double *p[KINDS]);

/* The least p that can come of that many runs. */
double permute_least(const struct design *d);

#endif
