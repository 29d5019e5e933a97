/* The power of a comparison: how small a change the data could have shown. */
#ifndef COMPARE_POWER_H
#define COMPARE_POWER_H

#include "compare/compare.h"

/*
 * The smallest rise, as a fraction, with which an item of that share is found at the gate four
 * times in five, if it is the only one; INFINITY without replicates.
 */
double power_effect(const struct comparison *c, double share);

/*
 * The number of runs per side that would decide about an UNSURE row. 0 if none would, since the
 * change is below the least one that counts, or if there would be too many.
 */
double power_runs(const struct comparison *c, const struct row *r);

/* What would suffice to find an effect in a share: any one of these; 0 if it alone cannot. */
struct advice {
	double frequency; /* samples per second, if the current frequency is known */
	double longer;    /* the factor for the length of runs, at the same frequency */
	double runs;      /* additional runs for each side */
};

struct advice power_advice(const struct comparison *c, double effect, double share);

#endif
