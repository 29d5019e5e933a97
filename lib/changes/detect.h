/*
 * When does the level of one series change? The series is a function's share of the
 * windows that are there, as square roots, whose variance does not depend on the share.
 *
 * For windows of several lengths R, the mean of the R windows after each point is held
 * against that of the 4R (24 at least) before it. How much the two differ when nothing happens is not
 * assumed but taken from the series itself: the median of the difference's magnitude over
 * all points, and then their squares without the largest ones and without the points that see the
 * largest step. So noise beyond that of counting, slow drifts,
 * daily seasons that could not be removed and dependence of one window on the one before
 * make the search less sensitive, and not wrong.
 *
 * A p-value is multiplied by the number of points of its length that were looked at, and by the
 * number of lengths (Bonferroni): the choice of the split is paid for.
 *
 * A single window, or two, that stand out are set to the median of the five around them
 * before: an outlier is no change.
 */
#ifndef CHANGES_DETECT_H
#define CHANGES_DETECT_H

#include "base/vec.h"

enum { NSCALE = 9, SHORTEST = 3 /* windows: what is found as soon as that many are there */ };

struct series_noise {
	size_t length[NSCALE]; /* R */
	double sigma[NSCALE];  /* of a difference, in units of its weights; 0: not looked at */
	double df[NSCALE];     /* degrees of freedom of sigma */
	double ntest[NSCALE];  /* points that were looked at */
	double best[NSCALE];   /* the largest difference there is, in the same unit */
	double nlength;        /* lengths that were looked at */
};

/*
 * What the other series say about the noise at a length, as a multiple of that at the
 * shortest: a long one has few stretches to tell it from. The more alike the series are,
 * the more the prior counts (its degrees of freedom), as in limma's moderated t (Smyth 2004).
 */
struct noise_prior {
	double ratio[NSCALE], df[NSCALE]; /* df 0: nothing is known */
};

/* n series that were looked at. */
void noise_prior_fit(struct noise_prior *p, const struct series_noise *series, size_t n);

/* Take the prior into account: sigma and df change. */
void noise_moderate(struct series_noise *o, const struct noise_prior *p);

/* The least p-value of the series, corrected for the choice of the split. */
double noise_least_p(const struct series_noise *o);

/* Memory for one series after the other. */
struct detector {
	size_t n;
	double *y;              /* by window that is there */
	const double *weight;   /* of each: the caller's; 1 is that of a usual one */
	double *sum_w, *sum_wy; /* of the windows before */
	float *scratch;
	size_t cap;
	struct series_noise noise;
	size_t noutlier; /* windows that were set to the median around them */
};

struct found_change {
	size_t at;          /* the first window after the change */
	double p;           /* corrected for the choice of the split */
	size_t left, right; /* windows on either side that belong to its neighbours, too, */
	double before, after, error; /* the level there, and its standard error, as shares' roots */
};

struct found_changes VEC_OF(struct found_change);

void detector_release(struct detector *d);

/* Room for n windows; d->y is to be filled in then. */
void detector_begin(struct detector *d, size_t n, const double *weight);

/*
 * Look at d->y: d->noise is what is seen. floor: the least standard deviation that
 * counting gives a window of weight 1.
 */
void detector_look(struct detector *d, double floor);

/* All changes with corrected p-values of at most `most`, in order of time. */
void detector_find(struct detector *d, double most, struct found_changes *found);

/* The weighted mean of windows [from, to). */
double detector_mean(const struct detector *d, size_t from, size_t to);

#endif
