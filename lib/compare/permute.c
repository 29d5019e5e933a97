/*
 * A labelling is an order of the runs, base first; with pairs, it chooses the base run of each
 * pair. The noise is fitted again for each labelling, beginning with the result for the one
 * before. What does not depend on labels (the items, their u) is kept.
 */
#include "compare/permute.h"

#include <math.h>

#include "compare/choices.h"
#include "compare/random.h"
#include "compare/special.h"

enum { MOST_LABELLINGS = 1024, RANDOM_LABELLINGS = 999, FEWEST_RUNS = 5 };

/* A family, prepared for repeated measurement. */
struct pool {
	size_t m, nrun;
	double *y;         /* ln(rate): nrun by item, minus the item's mean */
	double *u;         /* by item */
	double *own, *d;   /* by item, of the current labelling */
	double *critical;  /* by item: the t at which it is found if it is the only one */
	double *t;         /* by item: the excess over that in the real labelling */
	uint32_t *reached; /* by item: labellings in which some item has as much excess */
	struct noise noise;
};

struct shuffle {
	const struct design *design;
	uint32_t *order; /* the labelling: an order of the runs */
	size_t n;
};

static void pool_init(struct pool *p, const struct family *f, const struct design *d, double gate_q)
{
	*p = (struct pool){ .m = f->m, .nrun = f->nrun, .noise = f->noise };
	p->y = mem_zeroed(f->m * f->nrun, sizeof(*p->y));
	p->u = mem_zeroed(f->m, sizeof(*p->u));
	p->own = mem_zeroed(f->m, sizeof(*p->own));
	p->d = mem_zeroed(f->m, sizeof(*p->d));
	p->critical = mem_zeroed(f->m, sizeof(*p->critical));
	p->t = mem_zeroed(f->m, sizeof(*p->t));
	p->reached = mem_zeroed(f->m, sizeof(*p->reached));
	for (size_t i = 0; i < f->m; i++) {
		const double *x = family_counts(f, i);
		double *y = p->y + i * f->nrun, mean = 0;

		for (size_t r = 0; r < f->nrun; r++) {
			y[r] = log(x[r] + 0.5) - log(d->exposure[r]);
			mean += y[r] / (double)f->nrun;
		}
		for (size_t r = 0; r < f->nrun; r++)
			y[r] -= mean;
		p->u[i] = f->test[i].u;
		p->critical[i] = student_quantile(family_level(f, i, gate_q), f->noise.total_df);
	}
}

static void pool_release(struct pool *p)
{
	double *const all[] = { p->u, p->own, p->d, p->critical, p->t };

	for (size_t i = 0; i < LEN(all); i++)
		mem_free(all[i], p->m * sizeof(*all[i]));
	mem_free(p->reached, p->m * sizeof(*p->reached));
	mem_free(p->y, p->m * p->nrun * sizeof(*p->y));
}

/* The excess of item i's t, after measure_shuffled(), over its critical value. */
static double excess(const struct pool *p, const struct design *d, size_t i)
{
	double v = noise_moderate(&p->noise, p->own[i], p->u[i]);

	return (v > 0 ? p->d[i] / sqrt(v * design_spread(d)) : 0) - p->critical[i];
}

static void measure_shuffled(struct pool *p, const struct shuffle *s)
{
	const struct design *d = s->design;
	double *y = mem_zeroed(p->nrun, sizeof(*y));

	for (size_t i = 0; i < p->m; i++) {
		for (size_t r = 0; r < p->nrun; r++)
			y[r] = p->y[i * p->nrun + s->order[r]];
		measure_groups(y, d->k, d->paired, &p->d[i], &p->own[i]);
	}
	mem_free(y, p->nrun * sizeof(*y));
	if (p->m)
		noise_fit(&p->noise, p->own, p->u, p->m, design_df(d), 1e-6);
}

static double largest(struct pool *pools, const struct shuffle *s)
{
	double most = -INFINITY;

	for (size_t f = 0; f < KINDS; f++) {
		measure_shuffled(&pools[f], s);
		for (size_t i = 0; i < pools[f].m; i++)
			most = fmax(most, excess(&pools[f], s->design, i));
	}
	return most;
}

/* Labellings */

/* The number of all labellings of runs with so many on the two sides. */
static double labellings(bool paired, size_t base, size_t new)
{
	return paired ? exp2((double)base) : choices(base + new, base);
}

/* Label pairs: bit j says whether pair j is swapped. */
static void swap_pairs(struct shuffle *s, uint64_t bits)
{
	size_t k = s->design->k[BASE];

	for (size_t j = 0; j < k; j++) {
		bool swap = bits >> (j % 64) & 1;

		s->order[j] = (uint32_t)(swap ? k + j : j);
		s->order[k + j] = (uint32_t)(swap ? j : k + j);
	}
}

/* Label the runs: those whose bit is 0 are the base. */
static void split(struct shuffle *s, uint64_t new)
{
	size_t base_at = 0, new_at = s->design->k[BASE];

	for (uint32_t r = 0; r < s->n; r++)
		s->order[new >> r & 1 ? new_at++ : base_at++] = r;
}

static void shuffle_runs(struct shuffle *s, uint64_t *seed)
{
	for (size_t i = s->n - 1; i > 0; i--) {
		size_t j = (size_t)(random_bits(seed) % (i + 1));
		uint32_t swap = s->order[i];

		s->order[i] = s->order[j];
		s->order[j] = swap;
	}
}

static void swap_at_random(struct shuffle *s, uint64_t *seed)
{
	size_t k = s->design->k[BASE];

	for (size_t j = 0; j < k; j++) {
		bool swap = random_bits(seed) >> 63;

		s->order[j] = (uint32_t)(swap ? k + j : j);
		s->order[k + j] = (uint32_t)(swap ? j : k + j);
	}
}

static void count_exceeding(struct pool *pools, const struct shuffle *s)
{
	const double rounding = 1e-12;
	double most = largest(pools, s);

	for (size_t f = 0; f < KINDS; f++)
		for (size_t i = 0; i < pools[f].m; i++)
			pools[f].reached[i] += most >= pools[f].t[i] - rounding;
}

static void count_all(struct pool *pools, struct shuffle *s, size_t ways)
{
	uint64_t bits = s->design->paired ? 0 : first_choice(s->design->k[NEW]);

	for (size_t i = 0; i < ways; i++) {
		if (s->design->paired) {
			swap_pairs(s, bits++);
		} else {
			split(s, bits);
			bits = next_choice(bits);
		}
		count_exceeding(pools, s);
	}
}

/* Count over random labellings, to which the real one belongs. */
static void count_some(struct pool *pools, struct shuffle *s, uint64_t seed)
{
	count_exceeding(pools, s);
	for (size_t i = 0; i < RANDOM_LABELLINGS; i++) {
		if (s->design->paired)
			swap_at_random(s, &seed);
		else
			shuffle_runs(s, &seed);
		count_exceeding(pools, s);
	}
}

static void measure_real(struct pool *pools, struct shuffle *s)
{
	for (uint32_t r = 0; r < s->n; r++)
		s->order[r] = r;
	for (size_t f = 0; f < KINDS; f++) {
		measure_shuffled(&pools[f], s);
		for (size_t i = 0; i < pools[f].m; i++)
			pools[f].t[i] = excess(&pools[f], s->design, i);
	}
}

void permute(const struct family family[KINDS], const struct design *d, double gate_q,
	     uint64_t seed, double *p[KINDS])
{
	struct pool pools[KINDS];
	struct shuffle s = { .design = d, .n = d->n };
	double ways = labellings(d->paired, d->k[BASE], d->k[NEW]), n = ways;

	s.order = mem_zeroed(d->n, sizeof(*s.order));
	for (size_t f = 0; f < KINDS; f++)
		pool_init(&pools[f], &family[f], d, gate_q);
	measure_real(pools, &s);
	if (ways <= MOST_LABELLINGS) {
		count_all(pools, &s, (size_t)ways);
	} else {
		count_some(pools, &s, seed);
		n = RANDOM_LABELLINGS + 1;
	}
	for (size_t f = 0; f < KINDS; f++) {
		for (size_t i = 0; i < pools[f].m; i++)
			p[f][i] = pools[f].reached[i] / n;
		pool_release(&pools[f]);
	}
	mem_free(s.order, d->n * sizeof(*s.order));
}

/* The least p that is possible. */
static double least_p(bool paired, size_t base, size_t new)
{
	double ways = labellings(paired, base, new);

	return 1 / (ways <= MOST_LABELLINGS ? ways : RANDOM_LABELLINGS + 1);
}

bool permute_can_confirm(const struct design *d, double level)
{
	return min_size(d->k[BASE], d->k[NEW]) >= FEWEST_RUNS &&
	       least_p(d->paired, d->k[BASE], d->k[NEW]) <= level;
}

size_t permute_runs(const struct design *d, double level)
{
	enum { MOST = 16 }; /* with more, there are more than MOST_LABELLINGS */

	for (size_t k = FEWEST_RUNS; k <= MOST; k++)
		if (least_p(d->paired, k, k) <= level)
			return k;
	return 0;
}
