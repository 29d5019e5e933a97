/*
 * The test for one run per side: the conditional binomial test (Przyborowski and Wilenski
 * 1940). It assumes that samples are independent and that runs do not differ. Neither is
 * true, so its results are advice only.
 */
#ifndef COMPARE_SINGLE_H
#define COMPARE_SINGLE_H

/* x samples of an item on each side, base first, and the sides' exposures. */
struct single {
	double x[2], exposure[2];
};

/* P(at least as many new samples) if the rate is at most `ratio` times the base's. */
double single_above(const struct single *s, double ratio);

/* P(at most as many new samples) if the rate is at least `ratio` times the base's. */
double single_below(const struct single *s, double ratio);

/*
 * The ends of the confidence interval for the ratio of rates, of a level of at least 1 - alpha
 * (Clopper and Pearson). They are from 0 to INFINITY.
 */
double single_low(const struct single *s, double alpha);
double single_high(const struct single *s, double alpha);

#endif
