/* The power of a comparison: how small a change the data could have shown. */
#ifndef COMPARE_POWER_H
#define COMPARE_POWER_H

#include "compare/compare.h"

/*
 * The smallest rise, as a fraction, that an item of that share is found with at the
 * gate four times in five, if it is the only one; INFINITY without replicates.
 */
double power_effect(const struct comparison *c, double share);

/*
 * How many runs a side would decide about an UNSURE row; 0 when
 * no number would, since its change is not above what counts, or too many.
 */
double power_runs(const struct comparison *c, const struct row *r);

/* What would be enough to find an effect in a share; 0 where that alone cannot be. */
struct advice {
	double frequency; /* samples a second, when it is known how many there were */
	double longer;    /* how many times as long a run would be, at the same frequency */
	double runs;      /* more of them, for each side */
};

struct advice power_advice(const struct comparison *c, double effect, double share);

#endif
