#include "compare/test.h"

#include <math.h>

#include "compare/special.h"

static double mean(const double *y, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += y[i];
	return sum / (double)n;
}

static double squares(const double *y, size_t n, double around)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (y[i] - around) * (y[i] - around);
	return sum;
}

void measure_groups(const double *y, const size_t k[2], bool paired, double *change,
		    double *variance)
{
	const double *base = y, *new = y + k[BASE];
	double base_mean = mean(base, k[BASE]), new_mean = mean(new, k[NEW]), sum = 0;
	size_t n = k[BASE] + k[NEW];

	*change = new_mean - base_mean;
	*variance = 0;
	if (n < 3)
		return;
	if (!paired) {
		*variance = (squares(base, k[BASE], base_mean) + squares(new, k[NEW], new_mean)) /
			    (double)(n - 2);
		return;
	}
	for (size_t i = 0; i < k[BASE]; i++) {
		double d = new[i] - base[i] - *change;

		sum += d * d;
	}
	*variance = sum / (2 * (double)(k[BASE] - 1));
}

/* The part of counting in the variance of the logarithm, if samples are independent. */
static double counting_term(const struct test *t, const struct design *d)
{
	bool share_of_known = d->metric != METRIC_SAMPLES && !d->estimated;

	return (share_of_known ? 1 - t->share : 1) / t->mean;
}

void test_measure(struct test *t, const struct design *d, const double *x, const double *exposure)
{
	double *y = mem_zeroed(d->n, sizeof(*y)), sum = 0;

	*t = (struct test){ 0 };
	for (size_t r = 0; r < d->n; r++) {
		enum side side = r < d->k[BASE] ? BASE : NEW;

		y[r] = log(x[r] + 0.5) - log(exposure[r]);
		t->cost[side] += x[r] / exposure[r] / (double)d->k[side];
		t->single.x[side] += x[r];
		t->single.exposure[side] += exposure[r];
		sum += x[r];
	}
	t->mean = sum / (double)d->n;
	t->share = sum / d->total_samples;
	t->u = counting_term(t, d);
	measure_groups(y, d->k, d->paired, &t->change, &t->own);
	mem_free(y, d->n * sizeof(*y));
}

void test_moderate(struct test *t, const struct design *d, const struct noise *noise)
{
	double variance = noise ? noise_moderate(noise, t->own, t->u) : t->own;

	t->df = noise ? noise->total_df : design_df(d);
	t->se = sqrt(variance * design_spread(d));
}

void test_total(struct test *t, const struct design *d)
{
	double *y = mem_zeroed(d->n, sizeof(*y));

	*t = (struct test){ .mean = d->total_samples / (double)d->n, .share = 1 };
	for (size_t r = 0; r < d->n; r++) {
		enum side side = r < d->k[BASE] ? BASE : NEW;

		y[r] = log(design_total(d, r));
		t->cost[side] += design_total(d, r) / (double)d->k[side];
		t->single.x[side] += d->samples[r];
	}
	measure_groups(y, d->k, d->paired, &t->change, &t->own);
	test_moderate(t, d, NULL);
	mem_free(y, d->n * sizeof(*y));
}

/* Is it an item with one run per side? The cost of whole runs is not a count: it has no test. */
static bool is_single(const struct test *t)
{
	return !(t->df > 0) && t->single.exposure[BASE] > 0;
}

/*
 * Without any scatter (the shares of a whole, or numbers that do not vary), a change is certain
 * or absent.
 */
static double tail(const struct test *t, double above)
{
	if (!(t->df > 0))
		return 1;
	if (!(t->se > 0))
		return above > 0 ? 0 : above < 0 ? 1 : 0.5;
	return student_tail(above / t->se, t->df);
}

double test_above(const struct test *t, double bound)
{
	return is_single(t) ? single_above(&t->single, exp(bound)) : tail(t, t->change - bound);
}

double test_below(const struct test *t, double bound)
{
	return is_single(t) ? single_below(&t->single, exp(bound)) : tail(t, bound - t->change);
}

static double reach(const struct test *t, double alpha)
{
	return t->df > 0 ? student_quantile(alpha / 2, t->df) * t->se : INFINITY;
}

double test_low(const struct test *t, double alpha)
{
	return is_single(t) ? log(single_low(&t->single, alpha)) : t->change - reach(t, alpha);
}

double test_high(const struct test *t, double alpha)
{
	return is_single(t) ? log(single_high(&t->single, alpha)) : t->change + reach(t, alpha);
}
