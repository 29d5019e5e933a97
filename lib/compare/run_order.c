/* The order in which runs were recorded, and whether their cost drifts with it. */
#include <math.h>
#include <stdlib.h>

#include "compare/design_steps.h"
#include "compare/special.h"

static int by_time(const void *a, const void *b)
{
	const struct run *x = *(const struct run *const *)a, *y = *(const struct run *const *)b;

	return (x->time > y->time) - (x->time < y->time);
}

/*
 * The order, by the number of changes of side over time. One side in the middle of the other is
 * sequential, too, unless the number of runs allows nothing better.
 */
static enum run_order order_of(const struct design *d)
{
	size_t size = d->n * sizeof(const struct run *), changes = 0;
	const struct run **sorted = mem_zeroed(d->n, sizeof(const struct run *));
	bool known = d->k[BASE] > 1 && d->k[NEW] > 1;

	memcpy(sorted, d->run, size);
	qsort(sorted, d->n, sizeof(const struct run *), by_time);
	for (size_t i = 0; i < d->n; i++) {
		known = known && sorted[i]->time;
		changes += i && sorted[i]->side != sorted[i - 1]->side;
	}
	mem_free(sorted, size);
	if (!known)
		return ORDER_UNKNOWN;
	return changes <= (d->n > 4 ? 2 : 1) ? ORDER_SEQUENTIAL : ORDER_INTERLEAVED;
}

/*
 * Does the cost of a whole run change within the sides, with time or in the order
 * given? A regression line through both, with a level for each side.
 */
static bool drifts(const struct design *d)
{
	double xx = 0, xy = 0, yy = 0, df = (double)d->n - 3, slope, rest;

	if (df < 3)
		return false;
	for (size_t side = BASE, first = 0; side <= NEW; first += d->k[side++]) {
		double mx = 0, my = 0;

		for (size_t i = first; i < first + d->k[side]; i++) {
			mx += (double)i / (double)d->k[side];
			my += log(design_total(d, i)) / (double)d->k[side];
		}
		for (size_t i = first; i < first + d->k[side]; i++) {
			double x = (double)i - mx, y = log(design_total(d, i)) - my;

			xx += x * x;
			xy += x * y;
			yy += y * y;
		}
	}
	slope = xy / xx;
	rest = (yy - slope * xy) / df;
	return rest > 0 && student_tail(fabs(slope) / sqrt(rest / xx), df) < 0.005;
}

void check_order(struct design *d)
{
	d->order = d->paired ? ORDER_INTERLEAVED : order_of(d);
	d->drift = d->metric != METRIC_SHARE && drifts(d);
	if (d->order == ORDER_SEQUENTIAL)
		design_warn(d,
			    "the runs of one side were recorded after those of the other%s: "
			    "what else changed meanwhile looks like a change; interleave them",
			    d->drift ? ", and they drift" : "");
	else if (d->order == ORDER_UNKNOWN && d->drift)
		design_warn(d, "runs drift in the order given: interleave the sides");
}
