/*
 * The variance of items from run to run. A single item has too few runs to estimate it, so it
 * borrows from all others (Smyth 2004, as in R's limma), around a trend with two parameters:
 *
 *	E[s2] = phi * u + tau2
 *
 * u is the variance of counting alone if samples were independent; phi is the factor by which
 * sampling changes it (1 = Poisson, less for a periodic timer); the square root of tau2 is the
 * coefficient of variation between runs.
 *
 * Variances are those of logarithms, for one run.
 */
#ifndef COMPARE_VARIANCE_H
#define COMPARE_VARIANCE_H

#include "base/base.h"

struct noise {
	double phi, tau2;
	double df;       /* degrees of freedom of each item's own variance */
	double prior_df; /* of the prior from the others; 0 = no prior */
	double scale;    /* the prior variance is scale * trend */
	double total_df; /* degrees of freedom of a moderated variance */
};

enum { MOST_PRIOR_DF = 1000 }; /* used if all items have the same variance */

static inline double noise_trend(const struct noise *n, double u)
{
	return n->phi * u + n->tau2;
}

/*
 * The factor from the trend to the moderated variance of a typical (median) item: the trend is
 * one of means, which a few items that vary wildly can raise.
 */
double noise_typical(const struct noise *n);

/*
 * Fit *n to the own variances s2 of m items, with df degrees of freedom each. *n is zeroed, or
 * has an earlier fit, from which the search then begins. It ends when a round changes the
 * result by less than `precision`, relative.
 */
void noise_fit(struct noise *n, const double *s2, const double *u, size_t m, double df,
	       double precision);

/* The second half of noise_fit(): prior_df, scale and total_df around n's trend, given n->df. */
void noise_fit_prior(struct noise *n, const double *s2, const double *u, size_t m);

/* The moderated variance of an item: its own and the prior's, weighed by their df. */
static inline double noise_moderate(const struct noise *n, double s2, double u)
{
	return (n->prior_df * n->scale * noise_trend(n, u) + n->df * s2) / (n->prior_df + n->df);
}

#endif
