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
	double se, df;        /* its standard error, and that one's degrees of freedom */
	double own;           /* the item's own variance of one run */
	double u;             /* its counting term; see variance.h */
	double mean;          /* samples a run */
	double share;         /* of all samples */
	double cost[2];       /* the mean of each side, in the design's metric */
	struct single single; /* the sides' samples and exposures, when that is all there is */
};

/*
 * Measure x, an item's samples by run. exposure is the design's, or another one by
 * run. Leaves se and df for test_moderate().
 */
void test_measure(struct test *t, const struct design *d, const double *x, const double *exposure);

/* Its standard error with the noise of its family; from its own variance if NULL. */
void test_moderate(struct test *t, const struct design *d, const struct noise *noise);

/* Both, for the cost of whole runs, which is exact. */
void test_total(struct test *t, const struct design *d);

/* p-values of "the change is no more than `bound`" and "no less than". */
double test_above(const struct test *t, double bound);
double test_below(const struct test *t, double bound);

/*
 * The ends of the confidence interval for the change, of level 1 - alpha: intervals made
 * in this way contain the true change in 1 - alpha of all comparisons. (No probability is
 * given for the one at hand.)
 */
double test_low(const struct test *t, double alpha);
double test_high(const struct test *t, double alpha);

/* How much more one run of the new side costs. */
static inline double test_cost(const struct test *t)
{
	return t->cost[NEW] - t->cost[BASE];
}

/* The variance of a difference of means, for a variance of 1 for one run. */
static inline double design_spread(const struct design *d)
{
	return 1 / (double)d->k[BASE] + 1 / (double)d->k[NEW];
}

/*
 * The difference of the means of y, by run in the design's order, and the variance
 * of one run around them. Paired, that is half the variance of a pair's difference.
 */
void measure_groups(const double *y, const size_t k[2], bool paired, double *change,
		    double *variance);

#endif
