#include "compare/power.h"

#include <math.h>

#include "compare/special.h"

enum { MOST_RUNS = 1000 }; /* that anyone will record */

static const double failing = 0.2; /* how often a change may be missed */

/* The level at which the only change among all items is found. */
static double lone_level(const struct comparison *c, const struct family *f, double share)
{
	return fmin(0.5,
		    c->gate_q * f->part / (double)f->m * family_weight(share) / f->mean_weight);
}

double power_effect(const struct comparison *c, double share)
{
	const struct family *f = main_family(c);
	const struct design *d = &c->design;
	double mean = share * d->total_samples / (double)d->n, u, se, z = normal_quantile(failing);
	double shown, costly;

	if (!f->m || !(design_df(d) > 0))
		return INFINITY;
	u = (d->metric == METRIC_SAMPLES || d->estimated ? 1 : 1 - share) / mean;
	se = sqrt(noise_typical(&f->noise) * noise_trend(&f->noise, u) * design_spread(d));
	shown = log1p(c->o->min_effect) +
		(student_quantile(lone_level(c, f, share), f->noise.total_df) + z) * se;
	costly = log1p(c->o->min_cost / share) + z * se;
	return expm1(fmax(shown, costly));
}

double power_runs(const struct comparison *c, const struct row *r)
{
	const struct family *f = &c->family[r->kind];
	double excess = fabs(r->test.change) - log1p(c->o->min_effect), z, runs;
	double variance = r->test.se * r->test.se / design_spread(&c->design);

	if (!(r->test.df > 0) || excess <= 0)
		return 0;
	z = normal_quantile(family_level(f, r->index, c->gate_q)) + normal_quantile(failing);
	runs = ceil(2 * z * z * variance / (excess * excess));
	return runs <= MOST_RUNS ? runs : 0;
}
