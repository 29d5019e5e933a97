#include "changes/detect.h"

#include <math.h>
#include <stdlib.h>

#include "compare/special.h"

enum {
	LEFT = 4,        /* windows before a point, for each window after it */
	LEAST_LEFT = 24, /* but at least this many */
	DEPENDENT = 40,  /* points for each length that count as independent tests */
	FEW = 6,         /* a step may affect at most one window in this many */
	LONGEST = 200,   /* most windows in the mean that is a level */
	BRIEF = 10,      /* a change that is reversed within this many windows is an outlier */
};

static const double OUTLIER = 5; /* deviations from the median around it */
static const double MAD_SIGMA = 1.4826;
static const double CLEAR = 4.5; /* deviations: a difference this large is a step, not noise */
static const double CAPPED_AT = 2, CAPPED_MEAN = 0.920537; /* E min(z^2, 2^2) */
static const double SIGMA_DF = 0.7; /* stretches of one length that count as independent */
static const double PRIOR_DF = 200; /* at most, of the prior */
static const double KEPT = 4; /* standard errors that a change must have between its neighbours */

void detector_release(struct detector *d)
{
	mem_free(d->y, d->cap * sizeof(*d->y));
	mem_free(d->sum_w, (d->cap + 1) * sizeof(*d->sum_w));
	mem_free(d->sum_wy, (d->cap + 1) * sizeof(*d->sum_wy));
	mem_free(d->scratch, d->cap * sizeof(*d->scratch));
	*d = (struct detector){ 0 };
}

void detector_begin(struct detector *d, size_t n, const double *weight)
{
	if (n > d->cap) {
		detector_release(d);
		d->cap = n;
		d->y = mem_zeroed(n, sizeof(*d->y));
		d->sum_w = mem_zeroed(n + 1, sizeof(*d->sum_w));
		d->sum_wy = mem_zeroed(n + 1, sizeof(*d->sum_wy));
		d->scratch = mem_zeroed(n, sizeof(*d->scratch));
	}
	d->n = n;
	d->weight = weight;
}

/* The k-th smallest of v[0..n), by Hoare's selection, which reorders v. */
static float select_kth(float *v, size_t n, size_t k)
{
	size_t from = 0, to = n - 1;

	while (from < to) {
		float pivot = v[from + (to - from) / 2];
		size_t i = from, j = to;

		for (;;) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i >= j)
				break;
			float t = v[i];

			v[i++] = v[j];
			v[j--] = t;
		}
		if (k <= j)
			to = j;
		else
			from = j + 1;
	}
	return v[k];
}

static double median5(const double *v)
{
	double a[5];

	memcpy(a, v, sizeof(a));
	for (int i = 1; i < 5; i++)
		for (int k = i; k > 0 && a[k] < a[k - 1]; k--) {
			double t = a[k];

			a[k] = a[k - 1];
			a[k - 1] = t;
		}
	return a[2];
}

/* The median of the five windows around one; at the ends, of the five nearest. */
static double median_around(const double *y, size_t n, size_t i)
{
	size_t from = i < 2 ? 0 : i - 2;

	return median5(y + min_size(from, n - 5));
}

/* Set outliers to the median around them, which is computed from the unclipped series. */
static void clip_outliers(struct detector *d)
{
	double sigma;

	d->noutlier = 0;
	for (size_t i = 0; i < d->n; i++)
		d->scratch[i] =
			(float)(fabs(d->y[i] - median_around(d->y, d->n, i)) * sqrt(d->weight[i]));
	sigma = MAD_SIGMA * (double)select_kth(d->scratch, d->n, d->n / 2);
	if (!(sigma > 0))
		return;
	for (size_t i = 0; i < d->n; i++)
		d->scratch[i] = (float)median_around(d->y, d->n, i);
	for (size_t i = 0; i < d->n; i++) {
		double m = (double)d->scratch[i];

		if (fabs(d->y[i] - m) * sqrt(d->weight[i]) <= OUTLIER * sigma)
			continue;
		d->y[i] = m;
		d->noutlier++;
	}
}

static void add_up(struct detector *d)
{
	d->sum_w[0] = d->sum_wy[0] = 0;
	for (size_t i = 0; i < d->n; i++) {
		d->sum_w[i + 1] = d->sum_w[i] + d->weight[i];
		d->sum_wy[i + 1] = d->sum_wy[i] + d->weight[i] * d->y[i];
	}
}

double detector_mean(const struct detector *d, size_t from, size_t to)
{
	double w = d->sum_w[to] - d->sum_w[from];

	return w > 0 ? (d->sum_wy[to] - d->sum_wy[from]) / w : 0;
}

/* The difference of the means of [at, at + right) and [at - left, at), scaled by its weights. */
static double difference(const struct detector *d, size_t at, size_t left, size_t right)
{
	double wl = d->sum_w[at] - d->sum_w[at - left], wr = d->sum_w[at + right] - d->sum_w[at],
	       yl = d->sum_wy[at] - d->sum_wy[at - left],
	       yr = d->sum_wy[at + right] - d->sum_wy[at];

	if (!(wl > 0) || !(wr > 0))
		return 0;
	return (yr / wr - yl / wl) / sqrt(1 / wl + 1 / wr);
}

/*
 * The number of windows before a point that are compared with `length` after it. A step affects
 * the differences at all points within this distance. These have to be a small part of all
 * points, or the step is mistaken for noise.
 */
static size_t left_of(const struct detector *d, size_t at, size_t length)
{
	size_t left = max_size(LEFT * length, LEAST_LEFT), few = d->n / FEW;

	left = min_size(left, few > 2 * length ? few - length : length);
	return min_size(left, at);
}

static size_t stride_of(size_t length)
{
	return length < 24 ? 1 : length / 12;
}

/* The differences of that length at all points that a step at `step` (0: none) does not affect. */
static size_t differences(struct detector *d, size_t length, size_t step, double *most,
			  size_t *most_at)
{
	size_t n = 0;

	*most = 0;
	for (size_t at = 2 * length; at + length <= d->n; at += stride_of(length)) {
		size_t left = left_of(d, at, length);
		double z;

		if (step && at + length > step && at < step + left)
			continue;
		z = fabs(difference(d, at, left, length));
		d->scratch[n++] = (float)z;
		if (z <= *most)
			continue;
		*most = z;
		*most_at = at;
	}
	return n;
}

/*
 * The standard deviation of differences, from their magnitudes z: first from the median, then
 * from the squares, each capped at that of two deviations. The mean of capped squares has twice
 * as many degrees of freedom as the median, and a step changes both by about as much.
 */
static double deviation_of(float *z, size_t n)
{
	double sigma = MAD_SIGMA * (double)select_kth(z, n, n / 2), sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fmin((double)z[i] * (double)z[i], CAPPED_AT * CAPPED_AT * sigma * sigma);
	return sqrt(sum / (double)n / CAPPED_MEAN);
}

/* Find the noise and the largest difference at one length. */
static void look_at_length(struct detector *d, size_t s, size_t length)
{
	struct series_noise *o = &d->noise;
	size_t stride = stride_of(length), at = 0, n = differences(d, length, 0, &o->best[s], &at),
	       all = n;
	double ignored;

	o->length[s] = length;
	o->sigma[s] = 0;
	if (n < 10 || (length > SHORTEST && 2 * length > d->n / FEW))
		return;
	o->sigma[s] = deviation_of(d->scratch, n);
	if (o->best[s] > CLEAR * o->sigma[s]) {
		n = differences(d, length, at, &ignored, &(size_t){ 0 });
		if (n >= 10)
			o->sigma[s] = deviation_of(d->scratch, n);
	}
	o->sigma[s] = fmax(o->sigma[s], d->floor);
	o->df[s] = fmax(3, SIGMA_DF * (double)(n * stride) / (double)length);
	o->ntest[s] = (double)all * fmin(1, (double)DEPENDENT * (double)stride / (double)length);
	o->nlength++;
}

static void look_at_lengths(struct detector *d)
{
	d->noise = (struct series_noise){ 0 };
	add_up(d);
	for (size_t s = 0, length = SHORTEST; s < NSCALE; s++, length *= 2)
		look_at_length(d, s, length);
}

void detector_look(struct detector *d, double floor)
{
	d->floor = floor;
	d->noise = (struct series_noise){ 0 };
	d->noutlier = 0;
	if (d->n < FEWEST)
		return;
	clip_outliers(d);
	look_at_lengths(d);
}

/*
 * The Bonferroni factor. Each length has the same part of the probability of a false alarm, so
 * that the many points of short lengths do not make long ones, with few points, less sensitive.
 */
static double tests_of(const struct series_noise *o, size_t s)
{
	return o->ntest[s] * o->nlength;
}

double noise_least_p(const struct series_noise *o)
{
	double p = 1;

	for (size_t s = 0; s < NSCALE; s++)
		if (o->sigma[s] > 0)
			p = fmin(p, 2 * student_tail(o->best[s] / o->sigma[s], o->df[s]) *
					    tests_of(o, s));
	return p;
}

/* The centre and the variance of the logarithms of ratios, both from medians. */
static bool fit_ratios(float *v, size_t n, double *middle, double *variance)
{
	double spread;

	if (n < 10)
		return false;
	*middle = (double)select_kth(v, n, n / 2);
	for (size_t i = 0; i < n; i++)
		v[i] = (float)fabs((double)v[i] - *middle);
	spread = MAD_SIGMA * (double)select_kth(v, n, n / 2);
	*variance = spread * spread;
	return true;
}

void noise_prior_fit(struct noise_prior *p, const struct series_noise *series, size_t n)
{
	float *v = mem_zeroed(n, sizeof(*v));

	*p = (struct noise_prior){ 0 };
	for (size_t s = 1; s < NSCALE; s++) {
		double middle, variance, own = 0;
		size_t k = 0;

		for (size_t i = 0; i < n; i++) {
			const struct series_noise *o = &series[i];

			if (!(o->sigma[s] > 0) || !(o->sigma[0] > 0))
				continue;
			v[k++] = (float)log(o->sigma[s] / o->sigma[0]);
			own = 0.5 / o->df[s] + 0.5 / o->df[0];
		}
		if (!fit_ratios(v, k, &middle, &variance))
			continue;
		p->ratio[s] = exp(middle);
		p->df[s] = fmin(PRIOR_DF, variance > own ? 0.5 / (variance - own) : PRIOR_DF);
	}
	mem_free(v, n * sizeof(*v));
}

void noise_moderate(struct series_noise *o, const struct noise_prior *p)
{
	for (size_t s = 1; s < NSCALE; s++) {
		double prior = p->ratio[s] * o->sigma[0], all = p->df[s] + o->df[s];

		/* The prior does not suit a much noisier series, one with a season for instance. */
		if (!(o->sigma[s] > 0) || !(prior > 0) ||
		    o->sigma[s] > prior * (1 + 3 / sqrt(2 * o->df[s])))
			continue;
		o->sigma[s] = sqrt(
			(p->df[s] * prior * prior + o->df[s] * o->sigma[s] * o->sigma[s]) / all);
		o->df[s] = fmin(all, fmax(o->df[0], o->df[s]));
	}
}

/* Finding all of them */

struct candidate {
	size_t at, length;
	double excess; /* the difference divided by the least one that counts */
	double p;
};

struct candidates VEC_OF(struct candidate);

static void gather_length(const struct detector *d, size_t s, double most, struct candidates *c)
{
	const struct series_noise *o = &d->noise;
	size_t length = o->length[s], stride = stride_of(length);
	double limit;

	if (!(o->sigma[s] > 0) || most / tests_of(o, s) < 1e-300)
		return;
	limit = student_quantile(fmin(0.25, most / tests_of(o, s) / 2), o->df[s]);
	if (o->best[s] < limit * o->sigma[s])
		return;
	for (size_t at = 2 * length; at + length <= d->n; at += stride) {
		double z = fabs(difference(d, at, left_of(d, at, length), length)) / o->sigma[s];

		if (z >= limit)
			vec_push(c, { at, length, z / limit,
				      fmin(1, 2 * student_tail(z, o->df[s]) * tests_of(o, s)) });
	}
}

static int by_excess(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->excess != y->excess)
		return x->excess > y->excess ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_place(const void *a, const void *b)
{
	const struct found_change *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* The split of [from, to) at which the means of its parts differ most. */
static size_t best_split(const struct detector *d, size_t from, size_t to, size_t near,
			 size_t reach)
{
	size_t first = near > from + reach ? near - reach : from + 1, best = near;
	double most = -1;

	for (size_t at = first; at < to && at <= near + reach; at++) {
		double z = fabs(difference(d, at, at - from, to - at));

		if (z > most) {
			most = z;
			best = at;
		}
	}
	return best;
}

/* Is a change that was found inside [from, to), or less than SHORTEST values from `at`? */
static bool is_taken(const struct found_changes *found, size_t from, size_t to, size_t at)
{
	for (size_t i = 0; i < found->n; i++) {
		size_t other = found->v[i].at;

		if ((other > from && other < to) ||
		    (other >= at ? other - at : at - other) < SHORTEST)
			return true;
	}
	return false;
}

static void accept_candidates(const struct detector *d, const struct candidates *c,
			      struct found_changes *found)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t at = c->v[i].at, length = c->v[i].length, left = left_of(d, at, length),
		       split;

		if (is_taken(found, at - left, at + length, at))
			continue;
		split = best_split(d, at - left, at + length, at, length);
		if (!is_taken(found, at - left, at + length, split))
			vec_push(found, { .at = split, .p = c->v[i].p });
	}
	if (found->n)
		qsort(found->v, found->n, sizeof(*found->v), by_place);
}

/* The noise of a mean of that many windows, from the nearest length. */
static double sigma_of(const struct detector *d, size_t windows)
{
	const struct series_noise *o = &d->noise;
	double sigma = 0;

	for (size_t s = 0; s < NSCALE; s++)
		if (o->sigma[s] > 0 && (!(sigma > 0) || o->length[s] <= windows))
			sigma = o->sigma[s];
	return sigma;
}

/* Measure the levels before and after each change, up to its neighbours. */
static void measure_levels(const struct detector *d, struct found_changes *found)
{
	for (size_t i = 0; i < found->n; i++) {
		struct found_change *f = &found->v[i];
		size_t from = i ? found->v[i - 1].at : 0,
		       to = i + 1 < found->n ? found->v[i + 1].at : d->n;
		double wl, wr;

		f->left = min_size(LONGEST, f->at - from);
		f->right = min_size(LONGEST, to - f->at);
		f->before = detector_mean(d, f->at - f->left, f->at);
		f->after = detector_mean(d, f->at, f->at + f->right);
		wl = d->sum_w[f->at] - d->sum_w[f->at - f->left];
		wr = d->sum_w[f->at + f->right] - d->sum_w[f->at];
		f->error = wl > 0 && wr > 0 ? sigma_of(d, min_size(f->left, f->right)) *
						      sqrt(1 / wl + 1 / wr) :
					      INFINITY;
	}
}

/*
 * Does the level return after a short time? Then the change is an outlier of several windows. A
 * change too near to the end to tell is not.
 */
static bool is_brief(const struct detector *d, const struct found_change *f)
{
	size_t end = f->at + f->right;
	double out, back;

	if (f->right < BRIEF + SHORTEST)
		return false;
	out = detector_mean(d, f->at, f->at + SHORTEST) - f->before;
	back = detector_mean(d, f->at + BRIEF, end) - f->before;
	return fabs(back) < 0.25 * fabs(out);
}

/* Subtract the level of each segment between changes; or, with sign 1, add it again. */
static void shift_segments(struct detector *d, const struct found_changes *found,
			   const double *level, double sign)
{
	for (size_t i = 0, k = 0; i < d->n; i++) {
		while (k < found->n && i >= found->v[k].at)
			k++;
		d->y[i] += sign * level[k];
	}
}

/*
 * Measure the noise again, without the changes: each of them adds to what was measured before,
 * so that several would hide each other.
 */
static void look_again(struct detector *d, const struct found_changes *found)
{
	struct series_noise before = d->noise;
	double *level = mem_zeroed(found->n + 1, sizeof(*level));

	for (size_t k = 0; k <= found->n; k++)
		level[k] = detector_mean(d, k ? found->v[k - 1].at : 0,
					 k < found->n ? found->v[k].at : d->n);
	shift_segments(d, found, level, -1);
	look_at_lengths(d);
	for (size_t s = 0; s < NSCALE; s++)
		before.sigma[s] = fmin(before.sigma[s], d->noise.sigma[s]);
	d->noise = before;
	shift_segments(d, found, level, 1);
	add_up(d);
	mem_free(level, (found->n + 1) * sizeof(*level));
}

static void drop_found(struct found_changes *found, size_t i)
{
	memmove(found->v + i, found->v + i + 1, (found->n - i - 1) * sizeof(*found->v));
	found->n--;
}

/* Remove outliers, and changes that are not significant between their neighbours. */
static void prune(const struct detector *d, struct found_changes *found)
{
	for (size_t i = 0; i < found->n;) {
		const struct found_change *f = &found->v[i];

		measure_levels(d, found);
		if (is_brief(d, f) || !(fabs(f->after - f->before) > KEPT * f->error)) {
			drop_found(found, i);
			i = 0;
		} else {
			i++;
		}
	}
	measure_levels(d, found);
}

void detector_find(struct detector *d, double most, struct found_changes *found)
{
	struct candidates c = { 0 };

	vec_clear(found);
	for (size_t s = 0; s < NSCALE; s++)
		gather_length(d, s, most, &c);
	if (c.n)
		qsort(c.v, c.n, sizeof(*c.v), by_excess);
	accept_candidates(d, &c, found);
	if (found->n > 1)
		look_again(d, found);
	prune(d, found);
	vec_release(&c);
}
