/*
 * The permutation test, which makes no assumptions about distributions (Westfall and Young
 * 1993, maxT). If nothing has changed, the labels "base" and "new" of the runs are
 * exchangeable. The p-value of an item is the part of random labellings in which some item
 * seems to have changed at least as much.
 */
#ifndef COMPARE_PERMUTE_H
#define COMPARE_PERMUTE_H

#include "compare/family.h"

/*
 * Set p[f][i] for item i of family f: the probability that any item of any family exceeds its
 * critical value at the gate's level by as much as this one. Uses all labellings if there are
 * at most 1024, else 999 random ones from that seed.
 */
void permute(const struct family family[KINDS], const struct design *d, double gate_q,
	     uint64_t seed, double *p[KINDS]);

/* Are there enough runs for a p as small as that level, and for labellings that differ? */
bool permute_can_confirm(const struct design *d, double level);

/* The number of runs per side that would be enough; 0 if none is. */
size_t permute_runs(const struct design *d, double level);

#endif
