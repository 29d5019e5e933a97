#include "compare/variance.h"

#include <math.h>

#include "compare/special.h"

/* Weighted sums of least squares for s2 = phi * u + tau2. */
struct sums {
	double uu, u, one, us, s;
};

static struct sums add_up(const struct noise *n, const double *s2, const double *u, size_t m)
{
	struct sums a = { 0 };

	for (size_t i = 0; i < m; i++) {
		double v = noise_trend(n, u[i]), w = 1 / (v * v);

		a.uu += w * u[i] * u[i];
		a.u += w * u[i];
		a.one += w;
		a.us += w * u[i] * s2[i];
		a.s += w * s2[i];
	}
	return a;
}

/* The best line, within phi >= 0.05 and tau2 > 0. */
static void solve(struct noise *n, const struct sums *a)
{
	const double least_phi = 0.05, least_tau2 = 1e-9;
	double det = a->uu * a->one - a->u * a->u;

	if (det <= 1e-12 * a->uu * a->one) { /* all u are the same */
		n->phi = 1;
		n->tau2 = fmax(least_tau2, (a->s - a->u) / a->one);
		return;
	}
	n->phi = (a->us * a->one - a->s * a->u) / det;
	n->tau2 = (a->uu * a->s - a->u * a->us) / det;
	if (n->tau2 <= least_tau2) {
		n->tau2 = least_tau2;
		n->phi = a->us / a->uu;
	}
	if (n->phi < least_phi) {
		n->phi = least_phi;
		n->tau2 = fmax(least_tau2, (a->s - least_phi * a->u) / a->one);
	}
}

/* The variance of a sample variance is proportional to its square: reweigh by that, repeatedly. */
static void fit_trend(struct noise *n, const double *s2, const double *u, size_t m,
		      double precision)
{
	enum { ROUNDS = 200 };
	struct noise was;

	if (!(n->phi > 0)) {
		n->phi = 1;
		n->tau2 = 1e-5;
	}
	for (int i = 0; i < ROUNDS; i++) {
		struct sums a = add_up(n, s2, u, m);

		was = *n;
		solve(n, &a);
		if (fabs(n->phi - was.phi) <= precision * was.phi &&
		    fabs(n->tau2 - was.tau2) <= precision * was.tau2)
			break;
	}
}

static void swap(double *a, double *b)
{
	double was = *a;

	*a = *b;
	*b = was;
}

/* The k-th smallest of v, by Hoare's method. Values that are not larger end up before it. */
static double select(double *v, size_t n, size_t k)
{
	size_t low = 0, high = n - 1;

	while (low < high) {
		double pivot = v[low + (high - low) / 2];
		size_t i = low, j = high;

		for (;; i++, j--) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i >= j)
				break;
			swap(&v[i], &v[j]);
		}
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
	return v[k];
}

/* Reorders v. */
static double median(double *v, size_t n)
{
	double upper = select(v, n, n / 2);

	return n % 2 ? upper : (select(v, n / 2, n / 2 - 1) + upper) / 2;
}

/* Variances of 0 have no logarithm: they are raised to a small part of the median. */
static double least_ratio(const double *ratio, size_t m)
{
	double *copy = mem_zeroed(m, sizeof(*copy)), middle;

	for (size_t i = 0; i < m; i++)
		copy[i] = ratio[i];
	middle = median(copy, m);
	mem_free(copy, m * sizeof(*copy));
	return middle > 0 ? 1e-5 * middle : 1e-5;
}

/*
 * The logarithms of sample variances of one true variance have the variance trigamma(df / 2).
 * The rest of their variance is that of the true variances.
 */
void noise_fit_prior(struct noise *n, const double *s2, const double *u, size_t m)
{
	double *ratio = mem_zeroed(m, sizeof(*ratio)), least, mean = 0, log_mean = 0, spread = 0;
	double half = n->df / 2, excess;

	for (size_t i = 0; i < m; i++)
		ratio[i] = s2[i] / noise_trend(n, u[i]);
	least = least_ratio(ratio, m);
	for (size_t i = 0; i < m; i++) {
		mean += ratio[i] / (double)m;
		ratio[i] = log(fmax(ratio[i], least));
		log_mean += ratio[i] / (double)m;
	}
	for (size_t i = 0; i < m; i++)
		spread += (ratio[i] - log_mean) * (ratio[i] - log_mean) / (double)(m - 1);
	mem_free(ratio, m * sizeof(*ratio));
	excess = spread - trigamma(half);
	n->prior_df = excess > 0 ? fmin(MOST_PRIOR_DF, 2 * trigamma_inverse(excess)) :
				   MOST_PRIOR_DF;
	if (excess > 0)
		n->scale = exp(log_mean - digamma(half) + log(half) + digamma(n->prior_df / 2) -
			       log(n->prior_df / 2));
	else
		n->scale = mean;
	n->scale = fmin(5, fmax(0.2, n->scale));
	n->total_df = fmin(n->prior_df + n->df, (double)m * n->df);
}

void noise_fit(struct noise *n, const double *s2, const double *u, size_t m, double df,
	       double precision)
{
	enum { FEW = 3 };

	fit_trend(n, s2, u, m, precision);
	n->df = df;
	n->prior_df = 0;
	n->scale = 1;
	n->total_df = df;
	if (m >= FEW)
		noise_fit_prior(n, s2, u, m);
}

double noise_typical(const struct noise *n)
{
	double half = n->prior_df / 2, middle;

	if (!(half > 0))
		return 1;
	middle = n->scale * exp(log(half) - digamma(half)); /* the median of the true variances */
	return (n->prior_df * n->scale + n->df * middle) / (n->prior_df + n->df);
}
