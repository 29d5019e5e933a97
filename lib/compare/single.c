#include "compare/single.h"

#include <math.h>

#include "compare/special.h"

/*
 * The probability that k or more of an item's n samples are on the new side, if each one is with
 * probability `part`. It is that of a beta variable.
 */
static double at_least(double k, double n, double part)
{
	return k > 0 ? beta_cdf(part, k, n - k + 1) : 1;
}

/* The expected part of samples on the new side, for a ratio of rates. */
static double part_of(const struct single *s, double ratio)
{
	return s->exposure[1] * ratio / (s->exposure[0] + s->exposure[1] * ratio);
}

double single_above(const struct single *s, double ratio)
{
	return at_least(s->x[1], s->x[0] + s->x[1], part_of(s, ratio));
}

double single_below(const struct single *s, double ratio)
{
	return at_least(s->x[0], s->x[0] + s->x[1], 1 - part_of(s, ratio));
}

static double ratio_of(const struct single *s, double part)
{
	return s->exposure[0] / s->exposure[1] * part / (1 - part);
}

double single_low(const struct single *s, double alpha)
{
	return s->x[1] > 0 ? ratio_of(s, beta_quantile(alpha / 2, s->x[1], s->x[0] + 1)) : 0;
}

double single_high(const struct single *s, double alpha)
{
	return s->x[0] > 0 ? ratio_of(s, beta_quantile(1 - alpha / 2, s->x[1] + 1, s->x[0])) :
			     INFINITY;
}
