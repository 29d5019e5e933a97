#include "changes/season.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 48, LEAST_DAYS = 3 };

static const double FORETOLD = 0.8; /* most of the deviation that may remain with a season */
#define SEASON_DAY_NS  (INT64_C(86400) * 1000000000)
#define SEASON_SLOT_NS (SEASON_DAY_NS / SLOTS)

/* Levels by day and slot; NAN where there are no windows. */
struct days {
	size_t n;
	double *level; /* n * SLOTS */
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

/* The season at a slot of all days but `without` (d->n: of all days). */
static double season_at(struct days *d, size_t slot, size_t without)
{
	for (size_t day = 0; day < d->n; day++)
		d->scratch[day] = day == without ? NAN : d->level[day * SLOTS + slot];
	return median_of(d->scratch, d->n);
}

/* The median magnitude of deviations from the season of the other days, or from no season. */
static double deviation(struct days *d, bool of_season)
{
	double *off = mem_zeroed(d->n * SLOTS, sizeof(*off)), m;

	for (size_t slot = 0; slot < SLOTS; slot++)
		for (size_t day = 0; day < d->n; day++)
			off[day * SLOTS + slot] = fabs(d->level[day * SLOTS + slot] -
						       (of_season ? season_at(d, slot, day) : 0));
	m = median_of(off, d->n * SLOTS);
	mem_free(off, d->n * SLOTS * sizeof(*off));
	return m;
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
	d.scratch = mem_zeroed(d.n + SLOTS, sizeof(*d.scratch));
	fill_days(&d, y, weight, time, n);
	center_days(&d);
	is_there = deviation(&d, true) < FORETOLD * deviation(&d, false);
	for (size_t s = 0; s < SLOTS && is_there; s++)
		season[s] = season_at(&d, s, d.n);
	for (size_t i = 0; i < n && is_there; i++)
		y[i] -= between_slots(season, time[i]);
	mem_free(d.level, d.n * SLOTS * sizeof(*d.level));
	mem_free(d.scratch, (d.n + SLOTS) * sizeof(*d.scratch));
	return is_there;
}
