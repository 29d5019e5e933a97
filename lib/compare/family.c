#include "compare/family.h"

#include <math.h>

#include "compare/multiple.h"

/* The items for which the samples of a stack count. */
static const uint32_t *counted_items(const struct family *f, struct items *items, uint32_t stack,
				     size_t *n)
{
	const uint32_t *list = items_of(items, stack, n);

	if (f->kind == SELF)
		*n = min_size(*n, 1);
	return list;
}

static double *add_totals(const struct family *f, struct items *items, const struct matrix *m)
{
	double *total = mem_zeroed(items->n, sizeof(*total));

	for (uint32_t i = 0; i < m->nstack; i++) {
		double x = matrix_sum(m, i);
		size_t n = 0;
		const uint32_t *item = x > 0 ? counted_items(f, items, i, &n) : NULL;

		for (size_t j = 0; j < n; j++)
			total[item[j]] += x;
	}
	return total;
}

/*
 * Are nearly all of the item's samples its own? Then its inclusive test would repeat its self
 * test: the rest, less than 5%, is less than the noise of most functions.
 */
static bool calls_nothing(const struct family *self, uint32_t item, double total)
{
	const double nearly_all = 0.95;

	return self && self->index[item] &&
	       self->test[self->index[item] - 1].mean * (double)self->nrun > nearly_all * total;
}

/*
 * Choose the items with enough samples: the others cannot show anything, and would only make
 * the tests of these stricter. The samples of both sides are added, so that the choice does not
 * depend on their difference.
 */
static void choose_items(struct family *f, struct items *items, const struct matrix *m,
			 const struct design *d, const struct family *self)
{
	/* Below five counts, the Poisson distribution is too skewed for a test of means. */
	const double least_share = 0.002, least_mean = 5;
	double *total = add_totals(f, items, m);

	f->nitem = items->n;
	f->item = mem_zeroed(items->n, sizeof(*f->item));
	f->index = mem_zeroed(items->n, sizeof(*f->index));
	for (uint32_t i = 1; i < items->n; i++) {
		if (items->item[i].ignored || total[i] < least_share * d->total_samples ||
		    total[i] < least_mean * (double)d->n || calls_nothing(self, i, total[i]))
			continue;
		f->item[f->m++] = i;
		f->index[i] = (uint32_t)f->m;
	}
	mem_free(total, items->n * sizeof(*total));
}

static void add_counts(struct family *f, struct items *items, const struct matrix *m)
{
	f->x = mem_zeroed(f->m * f->nrun, sizeof(*f->x));
	for (uint32_t i = 0; i < m->nstack; i++) {
		size_t n = 0;
		const uint32_t *item = matrix_has(m, i) ? counted_items(f, items, i, &n) : NULL;

		for (size_t j = 0; j < n; j++)
			if (f->index[item[j]])
				matrix_add(m, i, f->x + (f->index[item[j]] - 1) * f->nrun);
	}
}

static double *new_numbers(const struct family *f)
{
	return mem_zeroed(f->m, sizeof(double));
}

void family_init(struct family *f, enum kind kind, struct items *items, const struct matrix *m,
		 const struct design *d, const struct family *self)
{
	*f = (struct family){ .kind = kind, .nrun = d->n };
	choose_items(f, items, m, d, self);
	add_counts(f, items, m);
	f->test = mem_zeroed(f->m, sizeof(*f->test));
	for (size_t i = 0; i < f->m; i++)
		test_measure(&f->test[i], d, family_counts(f, i), d->exposure);
	f->weight = new_numbers(f);
	f->p = new_numbers(f);
	f->p_faster = new_numbers(f);
	f->q = new_numbers(f);
	f->q_faster = new_numbers(f);
	f->found[TO_LIST] = mem_zeroed(f->m, 1);
	f->found[AT_GATE] = mem_zeroed(f->m, 1);
	f->found_faster = mem_zeroed(f->m, 1);
}

void family_release(struct family *f)
{
	double *const all[] = { f->weight, f->p, f->p_faster, f->q, f->q_faster };

	for (size_t i = 0; i < LEN(all); i++)
		mem_free(all[i], f->m * sizeof(*all[i]));
	mem_free(f->found[TO_LIST], f->m);
	mem_free(f->found[AT_GATE], f->m);
	mem_free(f->found_faster, f->m);
	mem_free(f->test, f->m * sizeof(*f->test));
	mem_free(f->x, f->m * f->nrun * sizeof(*f->x));
	mem_free(f->item, f->nitem * sizeof(*f->item));
	mem_free(f->index, f->nitem * sizeof(*f->index));
	*f = (struct family){ 0 };
}

static void fit_noise(struct family *f, const struct design *d)
{
	double *own = new_numbers(f), *u = new_numbers(f);

	for (size_t i = 0; i < f->m; i++) {
		own[i] = f->test[i].own;
		u[i] = f->test[i].u;
	}
	if (f->m && design_df(d) > 0)
		noise_fit(&f->noise, own, u, f->m, design_df(d), 1e-12);
	for (size_t i = 0; i < f->m; i++)
		test_moderate(&f->test[i], d, &f->noise);
	mem_free(own, f->m * sizeof(*own));
	mem_free(u, f->m * sizeof(*u));
}

double family_weight(double share)
{
	const double large = 0.01; /* items of 1% of the program or more have the same weight */

	return fmin(share, large) / large;
}

/*
 * Weights of mean 1 that do not depend on the sides' difference keep the false discovery rate
 * (Genovese, Roeder and Wasserman 2006); they only decide whose changes are found first.
 * Functions that the author's change touched get ten times the weight: the threshold of their
 * p-values is ten times as high, while that of many untouched functions hardly falls.
 */
static void set_weights(struct family *f, const struct items *items)
{
	const double touched_weight = 10;
	double sum = 0;

	for (size_t i = 0; i < f->m; i++) {
		f->weight[i] = family_weight(f->test[i].share);
		f->weight[i] *= items->item[f->item[i]].changed ? touched_weight : 1;
		sum += f->weight[i];
	}
	f->mean_weight = sum / (double)f->m;
	for (size_t i = 0; i < f->m; i++)
		f->weight[i] /= f->mean_weight;
}

/* Keep the lowest of nested findings; a node's parent is the nearest tested node above it. */
static void find_lowest(struct family *f, const struct items *items, const double *p, double *q,
			double level, uint8_t *found)
{
	uint32_t *parent = mem_zeroed(f->m, sizeof(*parent));

	for (size_t i = 0; i < f->m; i++) {
		uint32_t up = items->parent[f->item[i]];

		while (up && !f->index[up])
			up = items->parent[up];
		parent[i] = up ? f->index[up] - 1 : NO_PARENT;
	}
	bh_focus(found, q, p, parent, f->m, level);
	mem_free(parent, f->m * sizeof(*parent));
}

static void find_all(struct family *f, const double *p, double *q, double level, uint8_t *found)
{
	double most = bh_threshold(p, f->m, level);

	bh_adjust(q, p, f->m);
	for (size_t i = 0; i < f->m; i++)
		found[i] = p[i] <= most;
}

/* Set q and found. Returns the largest p that would be found in addition. */
static double find_at_level(struct family *f, const struct items *items, const double *p, double *q,
			    double level, uint8_t *found)
{
	size_t n = 0;

	if (items->by == BY_PATH && f->kind == INCLUSIVE)
		find_lowest(f, items, p, q, level * f->part, found);
	else
		find_all(f, p, q, level * f->part, found);
	for (size_t i = 0; i < f->m; i++) {
		q[i] = fmin(1, q[i] / f->part);
		n += found[i];
	}
	return n ? level * f->part * (double)n / (double)f->m : -1;
}

void family_test(struct family *f, const struct items *items, const struct design *d,
		 const struct options *o, double gate_q, double part)
{
	double bound = log1p(o->min_effect);

	f->part = part;
	fit_noise(f, d);
	set_weights(f, items);
	for (size_t i = 0; i < f->m; i++) {
		f->p[i] = fmin(1, test_above(&f->test[i], bound) / f->weight[i]);
		f->p_faster[i] = fmin(1, test_below(&f->test[i], -bound) / f->weight[i]);
	}
	f->threshold[TO_LIST] = find_at_level(f, items, f->p, f->q, o->q, f->found[TO_LIST]);
	f->threshold[AT_GATE] = find_at_level(f, items, f->p, f->q, gate_q, f->found[AT_GATE]);
	f->threshold_faster = find_at_level(f, items, f->p_faster, f->q_faster, o->q,
					    f->found_faster);
}

double family_level(const struct family *f, size_t i, double q)
{
	return fmin(0.5, q * f->part * f->weight[i] / (double)f->m);
}
