/*
 * Three places are looked at, the closest first; the first one where the rest got
 * cheaper by at least half of what the row got dearer decides.
 *
 *	kin	rows of the same family that got faster, and call it, or are called
 *		by it, or have its caller where one of the two is new or gone; and
 *		again what is kin to those
 *	own	for the function's own samples: those of all it calls
 *	caller	all samples of its caller
 *
 * In the last two, which may not be half of the program, much else may happen: there the two amounts must agree, by half in
 * what the function calls, by a quarter in what its caller does.
 */
#include "compare/moved.h"

#include <math.h>

struct search {
	struct comparison *c;
	struct members *m;
	const struct calls *calls;
	uint32_t *group; /* by row: rows that are kin have the same number */
};

static bool is_open(const struct row *r)
{
	return r->found[0] && r->verdict != EXPLAINED;
}

static bool one_sided(const struct row *r)
{
	return r->verdict == APPEARED || r->verdict == GONE;
}

/* Does one call the other, in a tenth of the samples of the lesser one? */
static bool calls_other(const struct calls *calls, const struct row *a, const struct row *b,
			size_t nrun)
{
	const double much = 0.1;
	double samples = fmin(a->test.mean, b->test.mean) * (double)nrun;

	return calls_between(calls, a->item, b->item) >= much * samples ||
	       calls_between(calls, b->item, a->item) >= much * samples;
}

static bool are_kin(const struct search *s, const struct row *up, const struct row *down)
{
	uint32_t caller = s->calls->caller[up->item];

	return up->kind == down->kind &&
	       (calls_other(s->calls, up, down, s->c->design.n) ||
		((one_sided(up) || one_sided(down)) && caller == s->calls->caller[down->item]));
}

static void join(struct search *s, uint32_t a, uint32_t b)
{
	uint32_t keep = s->group[a], drop = s->group[b];

	for (size_t i = 0; i < s->c->nrow; i++)
		if (s->group[i] == drop)
			s->group[i] = keep;
}

static void find_groups(struct search *s)
{
	const struct row *row = s->c->row;

	for (uint32_t i = 0; i < s->c->nrow; i++)
		s->group[i] = i;
	for (uint32_t i = 0; i < s->c->nrow; i++) {
		if (!is_open(&row[i]) || !row[i].up)
			continue;
		for (uint32_t j = 0; j < s->c->nrow; j++)
			if (row[j].found[0] && !row[j].up && s->group[i] != s->group[j] &&
			    are_kin(s, &row[i], &row[j]))
				join(s, i, j);
	}
}

/* The test of the samples in the set at hand. */
static struct test test_set(const struct search *s, enum kind kind, const double *exposure)
{
	const struct design *d = &s->c->design;
	struct test t;

	test_measure(&t, d, s->m->x, exposure);
	test_moderate(&t, d, &s->c->family[kind].noise);
	return t;
}

static bool is_slower(const struct search *s, const struct row *r, const struct test *t, int level)
{
	const struct comparison *c = s->c;
	const struct family *f = &c->family[r->kind];

	return test_above(t, log1p(c->o->min_effect)) / f->weight[r->index] <=
		       f->threshold[level] &&
	       test_cost(t) >= c->o->min_cost * c->total.cost[BASE];
}

/* The place as a whole is what counts now. */
static void decide(struct search *s, struct row *r, const struct test *whole, uint32_t from)
{
	if (!is_slower(s, r, whole, 0)) {
		r->verdict = MOVED;
		r->from = from;
		r->found[1] = false;
	} else if (r->verdict == APPEARED) {
		r->verdict = SLOWER;
		r->from = from;
		r->found[1] = is_slower(s, r, whole, 1);
	}
}

/* Kin: what all of them cost together. */
static bool try_kin(struct search *s, struct row *r)
{
	const struct comparison *c = s->c;
	uint32_t group = s->group[r - c->row], from = 0;
	double up = 0, down = 0, most = 0;
	struct test whole;

	members_clear(s->m);
	for (size_t i = 0; i < c->nrow; i++) {
		const struct row *kin = &c->row[i];
		double cost = test_cost(&kin->test);

		if (s->group[i] != group)
			continue;
		members_add(s->m, kin->item, r->kind, NULL);
		*(kin->up ? &up : &down) += cost;
		if (cost < most) {
			most = cost;
			from = kin->item;
		}
	}
	if (!from || -down < up / 2)
		return false;
	whole = test_set(s, r->kind, c->design.exposure);
	decide(s, r, &whole, from);
	return true;
}

/*
 * Did the rest of a place get cheaper? As a share all else gets smaller when the row
 * grows, so the rest is then compared with all samples but the row's.
 */
static bool rest_fell(struct search *s, const struct row *r, const double *place, double *cost)
{
	const double sure = 0.001;
	const struct design *d = &s->c->design;
	const double *x = family_counts(&s->c->family[r->kind], r->index);
	double *exposure = mem_zeroed(d->n, sizeof(*exposure));
	struct test rest;

	for (size_t i = 0; i < d->n; i++) {
		s->m->x[i] = fmax(0, place[i] - x[i]);
		exposure[i] = d->exposure[i];
		if (d->metric == METRIC_SHARE)
			exposure[i] *= fmax(1e-9, 1 - x[i] / d->samples[i]);
	}
	rest = test_set(s, r->kind, exposure);
	*cost = test_cost(&rest);
	mem_free(exposure, d->n * sizeof(*exposure));
	return rest.mean > 0 && test_below(&rest, 0) <= sure;
}

/* tolerance: by what part of it the rest may differ from what the row got dearer. */
static bool try_place(struct search *s, struct row *r, uint32_t item, double tolerance)
{
	const double everything = 0.5;
	const struct design *d = &s->c->design;
	double *place, rest, mine = test_cost(&r->test);
	struct test whole;
	bool fell;

	members_clear(s->m);
	members_add(s->m, item, INCLUSIVE, NULL);
	whole = test_set(s, r->kind, d->exposure);
	if (whole.share > everything)
		return false;
	place = mem_zeroed(d->n, sizeof(*place));
	memcpy(place, s->m->x, d->n * sizeof(*place));
	fell = rest_fell(s, r, place, &rest);
	mem_free(place, d->n * sizeof(*place));
	if (!fell || fabs(-rest - mine) > tolerance * mine)
		return false;
	decide(s, r, &whole, item);
	return true;
}

void find_moved(struct comparison *c, struct members *m, const struct calls *calls)
{
	struct search s = { c, m, calls, mem_zeroed(c->nrow, sizeof(uint32_t)) };

	find_groups(&s);
	for (size_t i = 0; i < c->nrow; i++) {
		struct row *r = &c->row[i];
		uint32_t caller = calls->caller[r->item];

		if (!is_open(r) || !r->up || try_kin(&s, r) ||
		    (r->kind == SELF && try_place(&s, r, r->item, 0.5)))
			continue;
		if (caller)
			try_place(&s, r, caller, 0.25);
	}
	mem_free(s.group, c->nrow * sizeof(*s.group));
}
