/*
 * How much an item varies from run to run. One item has few runs to tell it by,
 * so it borrows from all others (Smyth 2004, as in R's limma), around a trend of
 * two parameters:
 *
 *	E[s2] = phi * u + tau2
 *
 * u is the variance that counting alone would give if samples were independent;
 * phi is what sampling makes of it (1 = Poisson, less for a periodic timer), and
 * the square root of tau2 is the coefficient of variation that runs add.
 *
 * Variances are those of logarithms, for one run.
 */
#ifndef COMPARE_VARIANCE_H
#define COMPARE_VARIANCE_H

#include "base/base.h"

struct noise {
	double phi, tau2;
	double df;       /* degrees of freedom of each item's own variance */
	double prior_df; /* what the others are worth; 0 = nothing is borrowed */
	double scale;    /* the prior variance is scale * trend */
	double total_df; /* of a moderated variance */
};

enum { MOST_PRIOR_DF = 1000 }; /* used if all items have the same variance */

static inline double noise_trend(const struct noise *n, double u)
{
	return n->phi * u + n->tau2;
}

/*
 * The factor from the trend to the moderated variance of an item in the middle: the
 * trend is that of means, which a few items that vary wildly can raise.
 */
double noise_typical(const struct noise *n);

/*
 * All of it, from the own variances s2 of m items with df degrees of freedom each.
 * A zeroed *n begins anew; one that was fitted before is a good place to begin.
 * Ends when a round changes less than `precision`, relative.
 */
void noise_fit(struct noise *n, const double *s2, const double *u, size_t m, double df,
	       double precision);

/* Its second half: prior_df, scale and total_df around n's trend; n->df is given. */
void noise_fit_prior(struct noise *n, const double *s2, const double *u, size_t m);

/* The moderated variance of an item: its own and the prior's, weighed by their df. */
static inline double noise_moderate(const struct noise *n, double s2, double u)
{
	return (n->prior_df * n->scale * noise_trend(n, u) + n->df * s2) / (n->prior_df + n->df);
}

#endif
