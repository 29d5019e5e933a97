#include "compare/power.h"

#include <math.h>

#include "compare/special.h"
#include "profile/unit.h"

enum { MOST_RUNS = 1000 }; /* more are not realistic */

static const double failing = 0.2; /* the probability of missing a change */

/* The level at which a change is found if it is the only one. */
static double lone_level(const struct comparison *c, const struct family *f, double share)
{
	return fmin(0.5,
		    c->gate_q * f->part / (double)f->m * family_weight(share) / f->mean_weight);
}

/* The part of counting in the variance of an item of that share. */
static double counting_of(const struct comparison *c, double share)
{
	const struct design *d = &c->design;
	double mean = share * d->total_samples / (double)d->n;

	return (d->metric == METRIC_SAMPLES || d->estimated ? 1 : 1 - share) / mean;
}

/* The number of standard errors from min_effect to a change that is found. */
static double distance_found(const struct comparison *c, const struct family *f, double share)
{
	return student_quantile(lone_level(c, f, share), f->noise.total_df) +
	       normal_quantile(failing);
}

double power_effect(const struct comparison *c, double share)
{
	const struct family *f = main_family(c);
	const struct design *d = &c->design;
	double se, shown, costly;

	if (!f->m || !(design_df(d) > 0))
		return INFINITY;
	se = sqrt(noise_typical(&f->noise) * noise_trend(&f->noise, counting_of(c, share)) *
		  design_spread(d));
	shown = log1p(c->o->min_effect) + distance_found(c, f, share) * se;
	costly = log1p(c->o->min_cost / share) + normal_quantile(failing) * se;
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

/* The sampling frequency of the first run, in Hz; 0 if it is unknown. */
static double frequency_of(const struct comparison *c)
{
	const struct run *r = c->design.run[0];
	double period = r->period;

	if (!(period > 0) ||
	    !unit_convert(&period, dict_text(c->runs->profile.dict, r->period_unit),
			  S("nanoseconds")))
		return 0;
	return 1e9 / period;
}

/* The next round number, as an argument of -F. */
static double round_frequency(double wanted)
{
	static const double round[] = { 1000, 2000, 4000, 8000 };
	size_t i = 0;

	while (i < LEN(round) && round[i] < wanted)
		i++;
	return i < LEN(round) ? round[i] : 0;
}

/*
 * The effect is found if its standard error is at most (effect - min_effect) / distance. More
 * samples per run reduce phi * u, more runs the whole variance.
 */
struct advice power_advice(const struct comparison *c, double effect, double share)
{
	const double longest = 100, most = 100; /* at most, in times and in runs */
	const struct family *f = main_family(c);
	double least = fmax(c->o->min_effect, c->o->min_cost / share), se, variance, counting, k,
	       rest;
	struct advice a = { 0 };

	if (!f->m || !(design_df(&c->design) > 0) || effect <= least)
		return a;
	se = (log1p(effect) - log1p(least)) / distance_found(c, f, share);
	variance = se * se / noise_typical(&f->noise);
	counting = f->noise.phi * counting_of(c, share);
	rest = variance / design_spread(&c->design) - f->noise.tau2;
	if (rest > 0 && counting > rest) {
		a.longer = ceil(counting / rest);
		a.frequency = round_frequency(frequency_of(c) * counting / rest);
	}
	if (a.longer > longest)
		a.longer = 0;
	k = ceil(2 * (counting + f->noise.tau2) / variance);
	k -= (double)min_size(c->design.k[BASE], c->design.k[NEW]);
	a.runs = k > 0 && k <= most ? k : 0;
	return a;
}
