/*
 * Detecting when the level of one series changes. The series is the square root of a function's
 * share, by window with profiles: the variance of the root does not depend on the share.
 *
 * For several lengths R, the mean of the R windows after each point is compared with that of
 * the 4R (at least 24) before it. The noise of the difference is not assumed but measured in
 * the series: from the median of the magnitudes over all points, then from their squares,
 * which are capped and exclude the points that the largest step affects. So noise beyond that
 * of counting, slow drifts, daily seasons that could not be removed and dependence between
 * neighbouring windows make the search less sensitive, but not wrong.
 *
 * A p-value is multiplied by the number of points tested at its length and by the number of
 * lengths (Bonferroni), which corrects for the choice of the split.
 *
 * First, one or two windows that stand out are set to the median of the five around them: an
 * outlier is not a change.
 */
#ifndef CHANGES_DETECT_H
#define CHANGES_DETECT_H

#include "base/vec.h"

enum {
	NSCALE = 9,
	SHORTEST = 3,         /* windows after a change that suffice to find it */
	FEWEST = 8 * SHORTEST /* windows that can be searched */
};

struct series_noise {
	size_t length[NSCALE]; /* R */
	double sigma[NSCALE];  /* of a difference, scaled by its weights; 0: not tested */
	double df[NSCALE];     /* degrees of freedom of sigma */
	double ntest[NSCALE];  /* points that were tested */
	double best[NSCALE];   /* the largest difference, in the unit of sigma */
	double nlength;        /* lengths that were tested */
};

/*
 * The noise at each length that other series suggest, as a multiple of that at the shortest
 * length: a series has too few long stretches to measure it well. The more similar the series
 * are, the more the prior counts (its degrees of freedom), as in limma's moderated t (Smyth
 * 2004).
 */
struct noise_prior {
	double ratio[NSCALE], df[NSCALE]; /* df 0: unknown */
};

/* Fit the prior to n series. */
void noise_prior_fit(struct noise_prior *p, const struct series_noise *series, size_t n);

/* Combine sigma and df with the prior. */
void noise_moderate(struct series_noise *o, const struct noise_prior *p);

/* The least p-value of the series, corrected for the choice of the split. */
double noise_least_p(const struct series_noise *o);

/* The memory to search one series after the other. */
struct detector {
	size_t n;
	double *y;              /* by window with profiles */
	const double *weight;   /* of each window, 1 for a usual one; the caller's */
	double *sum_w, *sum_wy; /* of all windows before */
	float *scratch;
	size_t cap;
	double floor; /* the least noise: see detector_look() */
	struct series_noise noise;
	size_t noutlier; /* windows that were set to the median around them */
};

struct found_change {
	size_t at;                   /* the first window after the change */
	double p;                    /* corrected for the choice of the split */
	size_t left, right;          /* windows whose means are `before` and `after` */
	double before, after, error; /* levels as roots of shares; error: of their difference */
};

struct found_changes VEC_OF(struct found_change);

void detector_release(struct detector *d);

/* Make room for n windows. The caller then fills in d->y. */
void detector_begin(struct detector *d, size_t n, const double *weight);

/*
 * Measure the noise of d->y into d->noise. floor: the least standard deviation of a window of
 * weight 1, from counting alone.
 */
void detector_look(struct detector *d, double floor);

/* All changes with corrected p-values of at most `most`, in order of time. */
void detector_find(struct detector *d, double most, struct found_changes *found);

/* The weighted mean of windows [from, to). */
double detector_mean(const struct detector *d, size_t from, size_t to);

#endif
