#include "changes/season.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 48, LEAST_DAYS = 3 };

static const double FORETOLD = 0.95;       /* most of the deviation that may remain with a season */
static const size_t WAVES[] = { 0, 6, 2 }; /* waves a day that a season may consist of; 0: all */
#define SEASON_DAY_NS  (INT64_C(86400) * 1000000000)
#define SEASON_SLOT_NS (SEASON_DAY_NS / SLOTS)

/* Levels by day and slot; NAN where there are no windows. */
struct days {
	size_t n;
	double *level;  /* n * SLOTS */
	double *others; /* n * SLOTS: the median of the other days' levels */
	double *off;    /* n * SLOTS: scratch */
	double *scratch;
};

static int by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of the numbers in v, which it sorts; NAN if there are none. */
static double median_of(double *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(v[i]))
			v[kept++] = v[i];
	if (!kept)
		return NAN;
	qsort(v, kept, sizeof(*v), by_number);
	return kept % 2 ? v[kept / 2] : (v[kept / 2 - 1] + v[kept / 2]) / 2;
}

static void fill_days(struct days *d, const double *y, const double *weight, const int64_t *time,
		      size_t n)
{
	double *w = mem_zeroed(d->n * SLOTS, sizeof(*w));
	int64_t first = time[0] / SEASON_DAY_NS;

	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)(time[i] / SEASON_DAY_NS - first) * SLOTS +
			    (size_t)(time[i] % SEASON_DAY_NS / SEASON_SLOT_NS);

		d->level[at] += weight[i] * y[i];
		w[at] += weight[i];
	}
	for (size_t i = 0; i < d->n * SLOTS; i++)
		d->level[i] = w[i] > 0 ? d->level[i] / w[i] : NAN;
	mem_free(w, d->n * SLOTS * sizeof(*w));
}

/* Subtract each day's median. */
static void center_days(struct days *d)
{
	for (size_t day = 0; day < d->n; day++) {
		double *level = d->level + day * SLOTS, m;

		memcpy(d->scratch, level, SLOTS * sizeof(*level));
		m = median_of(d->scratch, SLOTS);
		for (size_t s = 0; s < SLOTS; s++)
			level[s] -= m;
	}
}

/* The median of sorted numbers without that of a rank. */
static double median_without(const double *v, size_t n, size_t rank)
{
	size_t rest = n - 1, low = (rest - 1) / 2, high = rest / 2;

	return rest ? (v[low + (low >= rank)] + v[high + (high >= rank)]) / 2 : NAN;
}

/* For each day, the median of the other days at a slot; returns that of all days. */
static double fill_others(struct days *d, size_t slot)
{
	double m;
	size_t n = 0;

	for (size_t day = 0; day < d->n; day++)
		d->scratch[day] = d->level[day * SLOTS + slot];
	m = median_of(d->scratch, d->n);
	for (size_t day = 0; day < d->n; day++)
		n += !isnan(d->level[day * SLOTS + slot]);
	for (size_t day = 0; day < d->n; day++) {
		size_t at = day * SLOTS + slot;
		const double *own;

		d->others[at] = m;
		if (isnan(d->level[at]))
			continue;
		own = bsearch(&d->level[at], d->scratch, n, sizeof(*d->scratch), by_number);
		d->others[at] = median_without(d->scratch, n, (size_t)(own - d->scratch));
	}
	return m;
}

/*
 * The weights of slots by distance that make of a season its waves of up to `most` a day:
 * Dirichlet's kernel.
 */
static void find_weights(size_t most, double *weight)
{
	for (size_t i = 0; i < SLOTS; i++) {
		weight[i] = 1.0 / SLOTS;
		for (size_t k = 1; k <= most; k++)
			weight[i] += 2.0 / SLOTS * cos(2 * M_PI * (double)(k * i % SLOTS) / SLOTS);
	}
}

/* Its waves of up to `most` at a slot, NAN if any slot is; with 0, the season itself. */
static double smoothed(const double *season, size_t most, const double *weight, size_t slot)
{
	double sum = 0;

	for (size_t i = 0; i < SLOTS && most; i++)
		sum += season[i] * weight[i < slot ? slot - i : i - slot];
	return most ? sum : season[slot];
}

/* The median magnitude of what is left of the levels without the season of the other days. */
static double left_over(struct days *d, size_t most, const double *weight)
{
	for (size_t i = 0; i < d->n * SLOTS; i++)
		d->off[i] = fabs(d->level[i] -
				 smoothed(d->others + i / SLOTS * SLOTS, most, weight, i % SLOTS));
	return median_of(d->off, d->n * SLOTS);
}

/* Find the season, of as many waves as predict best. False if it predicts nothing. */
static bool find_season(struct days *d, double *season)
{
	double raw[SLOTS], weight[SLOTS], least;
	bool is_there = false;

	for (size_t slot = 0; slot < SLOTS; slot++)
		raw[slot] = fill_others(d, slot);
	for (size_t i = 0; i < d->n * SLOTS; i++)
		d->off[i] = fabs(d->level[i]);
	least = FORETOLD * median_of(d->off, d->n * SLOTS);
	for (size_t i = 0; i < LEN(WAVES); i++) {
		double left;

		find_weights(WAVES[i], weight);
		left = left_over(d, WAVES[i], weight);
		if (!(left < least))
			continue;
		least = left;
		is_there = true;
		for (size_t slot = 0; slot < SLOTS; slot++)
			season[slot] = smoothed(raw, WAVES[i], weight, slot);
	}
	return is_there;
}

/* The season at a time, interpolated between the middles of two slots. */
static double between_slots(const double *season, int64_t time)
{
	double at = (double)(time % SEASON_DAY_NS) / (double)SEASON_SLOT_NS - 0.5, part;
	size_t a, b;

	if (at < 0)
		at += SLOTS;
	a = (size_t)at % SLOTS;
	b = (a + 1) % SLOTS;
	part = at - floor(at);
	if (isnan(season[a]) || isnan(season[b]))
		return isnan(season[a]) ? isnan(season[b]) ? 0 : season[b] : season[a];
	return season[a] * (1 - part) + season[b] * part;
}

bool season_remove(double *y, const double *weight, const int64_t *time, size_t n)
{
	struct days d = { 0 };
	double season[SLOTS];
	bool is_there;

	if (!n || time[0] < 0)
		return false;
	d.n = (size_t)(time[n - 1] / SEASON_DAY_NS - time[0] / SEASON_DAY_NS) + 1;
	if (d.n < LEAST_DAYS || d.n > 4000)
		return false;
	d.level = mem_zeroed(d.n * SLOTS, sizeof(*d.level));
	d.others = mem_zeroed(d.n * SLOTS, sizeof(*d.others));
	d.off = mem_zeroed(d.n * SLOTS, sizeof(*d.off));
	d.scratch = mem_zeroed(d.n + SLOTS, sizeof(*d.scratch));
	fill_days(&d, y, weight, time, n);
	center_days(&d);
	is_there = find_season(&d, season);
	for (size_t i = 0; i < n && is_there; i++)
		y[i] -= between_slots(season, time[i]);
	mem_free(d.level, d.n * SLOTS * sizeof(*d.level));
	mem_free(d.others, d.n * SLOTS * sizeof(*d.others));
	mem_free(d.off, d.n * SLOTS * sizeof(*d.off));
	mem_free(d.scratch, (d.n + SLOTS) * sizeof(*d.scratch));
	return is_there;
}
