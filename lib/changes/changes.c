#include "changes/changes.h"

#include <math.h>
#include <stdlib.h>

#include "changes/detect.h"
#include "changes/same_time.h"
#include "changes/season.h"
#include "compare/multiple.h"
#include "compare/special.h"

enum {
	LOOK = 16,         /* windows whose cost decides whether a function is searched */
	DEPLOY_BEFORE = 5, /* windows by which a deployment may precede its change, */
	DEPLOY_AFTER = 2,  /* or follow it: machines get it one by one */
};

static const double SMALL_COUNTS = 0.375; /* added to small counts, it stabilizes their variance */
static const double UNDERDISPERSED = 0.5; /* a timer's samples vary less than counts do */

struct search {
	const struct history *h;
	struct changes_options o;
	struct changes *result;
	/* By window with profiles. */
	size_t n;
	uint32_t *window;
	double *weight;
	int64_t *time;
	float *values; /* of one function, by window */
	double floor;  /* the least standard deviation, from counting alone */
	double median; /* samples in a window */
	struct detector detector;
	struct noise_prior prior;
};

static int by_float(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static double median_total(const struct history *h, size_t n)
{
	float *v = mem_zeroed(n, sizeof(*v)), m;
	size_t k = 0;

	for (size_t i = 0; i < h->nwindow; i++)
		if (h->total.v[i] > 0)
			v[k++] = h->total.v[i];
	if (n)
		qsort(v, n, sizeof(*v), by_float);
	m = n ? v[n / 2] : 1;
	mem_free(v, n * sizeof(*v));
	return (double)m;
}

static void begin_search(struct search *s)
{
	const struct history *h = s->h;
	double median;

	for (size_t i = 0; i < h->nwindow; i++)
		s->n += h->total.v[i] > 0;
	median = median_total(h, s->n);
	s->window = mem_zeroed(s->n, sizeof(*s->window));
	s->weight = mem_zeroed(s->n, sizeof(*s->weight));
	s->time = mem_zeroed(s->n, sizeof(*s->time));
	s->values = mem_zeroed(h->nwindow, sizeof(*s->values));
	s->median = median / h->unit;
	s->floor = UNDERDISPERSED * 0.5 / sqrt(s->median);
	for (size_t i = 0, k = 0; i < h->nwindow; i++) {
		if (!(h->total.v[i] > 0))
			continue;
		s->window[k] = (uint32_t)i;
		s->weight[k] = fmin(4, fmax(0.01, (double)h->total.v[i] / median));
		s->time[k++] = h->start + (int64_t)i * h->step;
	}
}

static void end_search(struct search *s)
{
	mem_free(s->window, s->n * sizeof(*s->window));
	mem_free(s->weight, s->n * sizeof(*s->weight));
	mem_free(s->time, s->n * sizeof(*s->time));
	mem_free(s->values, s->h->nwindow * sizeof(*s->values));
	detector_release(&s->detector);
}

/* Does the function have, in some stretch of LOOK windows, twice the least cost that counts? */
static bool is_worth(const struct search *s)
{
	double x = 0, total = 0;

	for (size_t i = 0; i < s->n; i++) {
		x += (double)s->values[s->window[i]];
		total += (double)s->h->total.v[s->window[i]];
		if (i % LOOK != LOOK - 1 && i + 1 < s->n)
			continue;
		if (x >= 2 * s->o.min_cost * total)
			return true;
		x = total = 0;
	}
	return false;
}

/* The function's series in the detector: roots of shares, with a constant for small counts. */
static void look_at(struct search *s)
{
	const float *total = s->h->total.v;
	double unit = s->h->unit, *y;

	detector_begin(&s->detector, s->n, s->weight);
	y = s->detector.y;
	for (size_t i = 0; i < s->n; i++)
		y[i] = sqrt(((double)s->values[s->window[i]] / unit + SMALL_COUNTS) /
			    ((double)total[s->window[i]] / unit + 2 * SMALL_COUNTS));
	s->result->nseason += season_remove(y, s->weight, s->time, s->n);
	detector_look(&s->detector, s->floor);
}

static const struct first_seen *deploy_near(const struct search *s, uint32_t before,
					    uint32_t window)
{
	const struct first_seen *best = NULL;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < s->h->first_seen.n; i++) {
		const struct first_seen *f = &s->h->first_seen.v[i];
		int64_t off = (int64_t)window - (int64_t)f->window;

		if (f->window <= s->window[0] || off > DEPLOY_BEFORE + (window - before - 1) ||
		    off < -DEPLOY_AFTER)
			continue;
		if (llabs(off) < least) {
			least = llabs(off);
			best = f;
		}
	}
	return best;
}

/* The share for a root, without the constant: see look_at(). */
static double share_of(const struct search *s, double root)
{
	double share = root > 0 ? root * root - SMALL_COUNTS / s->median : 0;

	return share > 0.05 / s->median ? share : 0;
}

static void add_change(struct search *s, uint32_t function, const struct found_change *f, double q)
{
	/* 1.96: most levels are means of many windows. */
	double reach = 1.96 * f->error, before = share_of(s, f->before),
	       after = share_of(s, f->after);
	struct change c = { .function = function,
			    .window = s->window[f->at],
			    .last_before = s->window[f->at - 1],
			    .before = before,
			    .after = after,
			    .q = q };

	c.low = before > 0 ? share_of(s, f->after - reach) / before : INFINITY;
	c.high = before > 0 ? share_of(s, f->after + reach) / before : INFINITY;
	if (fabs(after - before) < s->o.min_cost || fabs(after - before) < s->o.min_effect * before)
		return;
	c.deploy = deploy_near(s, c.last_before, c.window);
	vec_push(&s->result->change, c);
}

static void find_in(struct search *s, uint32_t function, double most, size_t nfound)
{
	struct found_changes found = { 0 };

	history_values(s->h, function, s->values);
	look_at(s);
	noise_moderate(&s->detector.noise, &s->prior);
	detector_find(&s->detector, most, &found);
	for (size_t i = 0; i < found.n; i++)
		add_change(s, function, &found.v[i],
			   fmin(s->o.q, found.v[i].p * (double)s->result->nfunction /
						(double)max_size(nfound, 1)));
	vec_release(&found);
}

static int by_window(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	double dx = fabs(x->after - x->before), dy = fabs(y->after - y->before);

	if (x->window != y->window)
		return x->window < y->window ? -1 : 1;
	if (dx != dy)
		return dx > dy ? -1 : 1;
	return (x->function > y->function) - (x->function < y->function);
}

/* The noise of each function that is worth a search, and the function's number in number[]. */
static void look_at_all(struct search *s, struct series_noise *noise, uint32_t *number)
{
	struct changes *r = s->result;

	for (uint32_t f = 1; f < s->h->function.n; f++) {
		history_values(s->h, f, s->values);
		if (!is_worth(s)) {
			r->nsmall++;
			continue;
		}
		look_at(s);
		noise[r->nfunction] = s->detector.noise;
		number[r->nfunction++] = f;
		r->noutlier += s->detector.noutlier;
	}
}

/* Find the least p-value of each function, then the changes of those that pass together. */
static void search_all(struct search *s)
{
	struct changes *r = s->result;
	size_t most = s->h->function.n, nfound = 0, nseason;
	struct series_noise *noise = mem_zeroed(most, sizeof(*noise));
	uint32_t *number = mem_zeroed(most, sizeof(*number));
	double *p = mem_zeroed(most, sizeof(*p)), limit;

	look_at_all(s, noise, number);
	noise_prior_fit(&s->prior, noise, r->nfunction);
	for (size_t i = 0; i < r->nfunction; i++) {
		noise_moderate(&noise[i], &s->prior);
		p[i] = noise_least_p(&noise[i]);
	}
	limit = bh_threshold(p, r->nfunction, s->o.q);
	for (size_t i = 0; i < r->nfunction; i++)
		nfound += p[i] <= limit;
	/* The level for that many findings: the largest p-value is subject to rounding. */
	limit = fmax(limit, s->o.q * (double)nfound / (double)max_size(r->nfunction, 1));
	nseason = r->nseason;
	for (size_t i = 0; i < r->nfunction; i++)
		if (nfound && p[i] <= limit)
			find_in(s, number[i], limit, nfound);
	r->nseason = nseason;
	mem_free(noise, most * sizeof(*noise));
	mem_free(number, most * sizeof(*number));
	mem_free(p, most * sizeof(*p));
}

void changes_find(const struct history *h, const struct changes_options *o, struct changes *c)
{
	struct search s = { .h = h, .o = *o, .result = c };

	*c = (struct changes){ 0 };
	s.o.q = o->q > 0 ? o->q : 0.05;
	s.o.min_effect = o->min_effect > 0 ? o->min_effect : 0.02;
	s.o.min_cost = o->min_cost > 0 ? o->min_cost : 0.0005;
	begin_search(&s);
	c->is_short = s.n < FEWEST;
	if (!c->is_short)
		search_all(&s);
	if (c->change.n)
		qsort(c->change.v, c->change.n, sizeof(*c->change.v), by_window);
	explain_same_time(h, s.o.min_effect, c);
	end_search(&s);
}

void changes_release(struct changes *c)
{
	vec_release(&c->change);
}
