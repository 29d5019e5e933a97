#include "changes/same_time.h"

#include <math.h>
#include <stdlib.h>

enum {
	TOGETHER = 2, /* windows between changes that count as simultaneous */
	NEAR = 20,    /* windows of a block, and */
	NEAR_BLOCKS =
		5, /* blocks on either side of one, for functions without a change of their own */
};

static const double LEAST_REST = 0.05; /* of the program: shares of less say nothing */
static const double SEEN = 4;          /* standard errors */
static const double MOVED_NET = 0.25;  /* of the rise */

/* Changes at the same time. */
struct cluster {
	const struct history *h;
	double min_effect;
	struct change **change; /* the largest first */
	size_t n;
	double rest_before, rest_after; /* the share of all functions that have not changed */
	uint8_t *real; /* by change: it is not just an effect of others on shares */
	size_t *kin;   /* by change: number of the family */
};

static int by_size(const void *a, const void *b)
{
	const struct change *x = *(struct change *const *)a, *y = *(struct change *const *)b;
	double dx = fabs(x->after - x->before), dy = fabs(y->after - y->before);

	if (dx != dy)
		return dx > dy ? -1 : 1;
	return (x->after > x->before) == (y->after > y->before) ? 0 : x->after > x->before ? -1 : 1;
}

/* Does the change remain when shares are taken of the rest of the program? */
static bool remains(const struct cluster *c, const struct change *x)
{
	double ratio, width;

	if (!(x->before > 0) || !(x->after > 0))
		return true;
	ratio = log(x->after / c->rest_after) - log(x->before / c->rest_before);
	width = x->low > 0 && isfinite(x->high) ? (log(x->high) - log(x->low)) / 2 : 0;
	return fabs(ratio) > fmax(log1p(c->min_effect), 1.5 * width);
}

/*
 * The largest change is real, and the rest of the program is everything else. Of the changes
 * that remain, the largest is real, too, and so on.
 */
static void find_real(struct cluster *c)
{
	c->rest_before = c->rest_after = 1;
	for (size_t i = 0; i < c->n; i++) {
		const struct change *x = c->change[i];

		if (i && !remains(c, x))
			continue;
		c->real[i] = 1;
		c->rest_before = fmax(LEAST_REST, c->rest_before - x->before);
		c->rest_after = fmax(LEAST_REST, c->rest_after - x->after);
	}
	for (size_t i = 1; i < c->n; i++) {
		if (c->real[i])
			continue;
		c->change[i]->kind = EXPLAINED_BY;
		c->change[i]->other = c->change[0]->function;
	}
}

static bool is_one_sided(const struct change *x)
{
	const double little = 0.05;

	return x->before < little * x->after || x->after < little * x->before;
}

/* Does one call the other, or does a third call both, with one of them new or gone? */
static bool are_related(const struct history *h, const struct change *a, const struct change *b)
{
	if (history_calls(h, a->function, b->function) ||
	    history_calls(h, b->function, a->function))
		return true;
	if (!is_one_sided(a) && !is_one_sided(b))
		return false;
	for (uint32_t f = 1; f < h->function.n; f++)
		if (history_calls(h, f, a->function) && history_calls(h, f, b->function))
			return true;
	return false;
}

/* Is it a real change that has not been found to be moved cost? */
static bool is_open(const struct cluster *c, size_t i)
{
	return c->real[i] && c->change[i]->kind == CHANGED;
}

/* The cost in units of the rest of the program, so that one's rise is not another's fall. */
static double rise_of(const struct cluster *c, const struct change *x)
{
	return x->after / c->rest_after - x->before / c->rest_before;
}

static void set_moved(struct change *a, struct change *b)
{
	a->kind = b->kind = MOVED_TO;
	a->other = b->function;
	b->other = a->function;
}

/* Find related pairs of which one rose by about as much as the other fell, the best first. */
static void match_pairs(struct cluster *c)
{
	for (;;) {
		double least = MOVED_NET;
		size_t up = SIZE_MAX, down = SIZE_MAX;

		for (size_t i = 0; i < c->n; i++)
			for (size_t k = 0; k < c->n; k++) {
				double rise = rise_of(c, c->change[i]),
				       net = fabs(rise + rise_of(c, c->change[k])) / rise;

				if (!is_open(c, i) || !is_open(c, k) || rise <= 0 || net >= least ||
				    !are_related(c->h, c->change[i], c->change[k]))
					continue;
				least = net;
				up = i;
				down = k;
			}
		if (up == SIZE_MAX)
			return;
		set_moved(c->change[up], c->change[down]);
	}
}

static void find_families(struct cluster *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->kin[i] = i;
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < i; k++) {
			size_t from = c->kin[i], to = c->kin[k];

			if (!is_open(c, i) || !is_open(c, k) || from == to ||
			    !are_related(c->h, c->change[i], c->change[k]))
				continue;
			for (size_t j = 0; j < c->n; j++)
				if (c->kin[j] == from)
					c->kin[j] = to;
		}
}

/* If the net rise of a family is small compared with the rises of its members, cost has moved. */
static void judge_family(struct cluster *c, size_t family)
{
	double net = 0, up = 0, most = 0, least = 0;
	const struct change *to = NULL, *from = NULL;

	for (size_t i = 0; i < c->n; i++) {
		double rise = rise_of(c, c->change[i]);

		if (c->kin[i] != family || !is_open(c, i))
			continue;
		net += rise;
		up += rise > 0 ? rise : 0;
		if (rise > most)
			most = rise, to = c->change[i];
		if (rise < least)
			least = rise, from = c->change[i];
	}
	if (!to || !from || fabs(net) >= MOVED_NET * up)
		return;
	for (size_t i = 0; i < c->n; i++) {
		if (c->kin[i] != family || !is_open(c, i))
			continue;
		c->change[i]->kind = MOVED_TO;
		c->change[i]->other = c->change[i] == to ? from->function : to->function;
	}
}

/* A function's share before and after a change, in blocks of windows. */
struct near {
	double block[2 * NEAR_BLOCKS];   /* in order of time */
	double share[2], error, squares; /* error: standard error of the difference */
};

/* The mean share of a block of windows; the first block after the change is NEAR_BLOCKS. */
static double share_of_block(const struct history *h, const struct change *x, const float *values,
			     size_t block)
{
	double v = 0, total = 0;

	for (size_t k = 0; k < NEAR; k++) {
		size_t w = block < NEAR_BLOCKS ?
				   x->last_before - (NEAR_BLOCKS - 1 - block) * NEAR - k :
				   x->window + (block - NEAR_BLOCKS) * NEAR + k;

		if (w >= h->nwindow) /* also before the first */
			continue;
		v += (double)values[w];
		total += (double)h->total.v[w];
	}
	return total > 0 ? v / total : 0;
}

static void shares_near(const struct history *h, const struct change *x, uint32_t function,
			float *values, struct near *to)
{
	*to = (struct near){ 0 };
	history_values(h, function, values);
	for (size_t i = 0; i < 2 * NEAR_BLOCKS; i++) {
		to->block[i] = share_of_block(h, x, values, i);
		to->share[i / NEAR_BLOCKS] += to->block[i] / NEAR_BLOCKS;
	}
	for (size_t i = 0; i < 2 * NEAR_BLOCKS; i++) {
		double off = to->block[i] - to->share[i / NEAR_BLOCKS];

		to->squares += off * off;
	}
	to->error = sqrt(to->squares / (NEAR_BLOCKS - 1) / NEAR_BLOCKS);
}

/* Does a step describe the blocks better than a straight line? Else it is a drift or a season. */
static bool is_abrupt(const struct near *s)
{
	double n = 2 * NEAR_BLOCKS, mean = (s->share[0] + s->share[1]) / 2, xx = 0, xy = 0, yy = 0;

	for (size_t i = 0; i < 2 * NEAR_BLOCKS; i++) {
		double x = (double)i - (n - 1) / 2, y = s->block[i] - mean;

		xx += x * x;
		xy += x * y;
		yy += y * y;
	}
	return s->squares < yy - xy * xy / xx;
}

/* The share before and after of the changes of a cluster, without those of two functions. */
static void shares_of_others(const struct change *x, size_t n, uint32_t a, uint32_t b,
			     double share[2])
{
	share[0] = share[1] = 0;
	for (size_t i = 0; i < n; i++)
		if (x[i].kind != EXPLAINED_BY && x[i].function != a && x[i].function != b) {
			share[0] += x[i].before;
			share[1] += x[i].after;
		}
}

/*
 * Find a caller or callee that gained what a function of a cluster lost, or the other way round,
 * though its change was too small to be found: then the cost has moved. That has to be a step,
 * too: many callers drift, or have seasons, and one of them may well go the other way at that
 * time. The shares are those of the rest of the program, since all give way to changes.
 */
static void look_for_other_side(const struct history *h, struct change *cluster, size_t n,
				struct change *x, float *values)
{
	double least = MOVED_NET;
	struct near own, other;

	shares_near(h, x, x->function, values, &own);
	for (uint32_t f = 1; f < h->function.n; f++) {
		double rest[2], rise, fall;

		if (f == x->function ||
		    (!history_calls(h, f, x->function) && !history_calls(h, x->function, f)))
			continue;
		shares_near(h, x, f, values, &other);
		shares_of_others(cluster, n, x->function, f, rest);
		for (int side = 0; side < 2; side++)
			rest[side] = fmax(LEAST_REST,
					  1 - rest[side] - own.share[side] - other.share[side]);
		rise = own.share[1] / rest[1] - own.share[0] / rest[0];
		fall = other.share[0] / rest[0] - other.share[1] / rest[1];
		if (fabs(fall) < SEEN * other.error / rest[0] || !is_abrupt(&other) ||
		    !(fabs(rise - fall) < least * fabs(rise)))
			continue;
		least = fabs(rise - fall) / fabs(rise);
		x->kind = MOVED_TO;
		x->other = f;
	}
}

/*
 * With inclusive cost, a change of a function changes all of its callers. Of functions with
 * about the same rise, only the one nearest to the leaves is reported.
 */
static void explain_callers(const struct history *h, struct change *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n && x[i].kind == CHANGED; k++) {
			double rise = x[i].after - x[i].before, below = x[k].after - x[k].before;

			if (i == k || x[k].other == x[i].function ||
			    !history_calls(h, x[i].function, x[k].function) ||
			    !(fabs(rise - below) < MOVED_NET * fabs(below)))
				continue;
			x[i].kind = EXPLAINED_BY;
			x[i].other = x[k].function;
		}
}

static void explain_cluster(const struct history *h, double min_effect, struct change *x, size_t n)
{
	struct cluster c = { h, min_effect, mem_zeroed(n, sizeof(*c.change)), 0 };

	c.real = mem_zeroed(n, 1);
	c.kin = mem_zeroed(n, sizeof(*c.kin));
	for (size_t i = 0; i < n; i++)
		if (x[i].kind == CHANGED)
			c.change[c.n++] = &x[i];
	qsort(c.change, c.n, sizeof(*c.change), by_size);
	find_real(&c);
	match_pairs(&c);
	find_families(&c);
	for (size_t i = 0; i < c.n; i++)
		judge_family(&c, i);
	mem_free(c.change, n * sizeof(*c.change));
	mem_free(c.real, n);
	mem_free(c.kin, n * sizeof(*c.kin));
}

static void explain_changes(const struct history *h, double min_effect, struct change *x, size_t n,
			    float *values)
{
	if (n > 1 && h->inclusive)
		explain_callers(h, x, n);
	if (n > 1)
		explain_cluster(h, min_effect, x, n);
	for (size_t i = 0; i < n && !h->inclusive; i++)
		if (x[i].kind == CHANGED)
			look_for_other_side(h, x, n, &x[i], values);
}

void explain_same_time(const struct history *h, double min_effect, struct changes *c)
{
	struct change *x = c->change.v;
	float *values = mem_zeroed(h->nwindow, sizeof(*values));

	for (size_t i = 0, from = 0; i < c->change.n; i++) {
		if (i + 1 < c->change.n && x[i + 1].window <= x[i].window + TOGETHER)
			continue;
		explain_changes(h, min_effect, x + from, i + 1 - from, values);
		from = i + 1;
	}
	mem_free(values, h->nwindow * sizeof(*values));
}
