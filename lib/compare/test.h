/*
 * The test of one item: the change of its cost from the base runs to the new runs, as a
 * difference of mean logarithms, and its uncertainty. The unit is the run: the scatter of
 * samples within a run is not used, since it says nothing about the next run.
 */
#ifndef COMPARE_TEST_H
#define COMPARE_TEST_H

#include "compare/design.h"
#include "compare/single.h"
#include "compare/variance.h"

struct test {
	double change;        /* ln(new / base) */
	double se, df;        /* its standard error, and the degrees of freedom of se */
	double own;           /* the item's own variance of one run */
	double u;             /* its counting term; see variance.h */
	double mean;          /* samples per run */
	double share;         /* of all samples */
	double cost[2];       /* the mean of each side, in the design's metric */
	struct single single; /* the sides' samples and exposures, with one run per side */
};

/*
 * Measure x, an item's samples by run. exposure, by run, is the design's or another one. se and
 * df are left to test_moderate().
 */
void test_measure(struct test *t, const struct design *d, const double *x, const double *exposure);

/* Set the standard error from the noise of the family or, if NULL, from the own variance. */
void test_moderate(struct test *t, const struct design *d, const struct noise *noise);

/* Do both for the cost of whole runs, which is exact. */
void test_total(struct test *t, const struct design *d);

/* The p-values of "the change is at most `bound`" and "at least `bound`". */
double test_above(const struct test *t, double bound);
double test_below(const struct test *t, double bound);

/*
 * The ends of the confidence interval for the change, of level 1 - alpha: such intervals contain
 * the true change in 1 - alpha of all comparisons. (This is not a probability for a single
 * comparison.)
 */
double test_low(const struct test *t, double alpha);
double test_high(const struct test *t, double alpha);

/* The additional cost of one run on the new side. */
static inline double test_cost(const struct test *t)
{
	return t->cost[NEW] - t->cost[BASE];
}

/* The variance of a difference of means if the variance of one run is 1. */
static inline double design_spread(const struct design *d)
{
	return 1 / (double)d->k[BASE] + 1 / (double)d->k[NEW];
}

/*
 * The difference of the means of y, by run in the design's order, and the variance of one run
 * around them. If paired, this is half the variance of a pair's difference.
 */
void measure_groups(const double *y, const size_t k[2], bool paired, double *change,
		    double *variance);

#endif
