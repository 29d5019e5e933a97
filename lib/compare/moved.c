/*
 * A row that became slower may have taken over work from other code. Three scopes are tried,
 * the closest first. In the first scope whose rest became cheaper by enough, the row is tested
 * together with that rest.
 *
 *	kin	rows of the same family that became faster and that call it, are
 *		called by it, or share its caller if one of the two is new or gone;
 *		and, in turn, the kin of those. Their savings must be at least half
 *		of the row's rise.
 *	own	for the function's self samples: all samples of its callees
 *	caller	all samples of its caller
 *
 * The last two scopes contain unrelated code. So they must not be more than half of the
 * program, and savings and rise must agree: within half of the rise in the callees, within a
 * quarter of it in the caller, which is a wider scope.
 *
 * These four fractions are conventions, not estimates. They only choose what is tested
 * together; a separate test decides whether both together are slower. For how often moved code
 * is reported, and injected slowdowns are missed because of that, see
 * tests/validate/RESULTS.md.
 */
#include "compare/moved.h"

#include <math.h>

static const double LEAST_SAVING = 0.5;      /* of the rise, by kin */
static const double WIDEST_SCOPE = 0.5;      /* of all samples */
static const double OWN_TOLERANCE = 0.5;     /* of the rise */
static const double CALLER_TOLERANCE = 0.25; /* of the rise */

struct search {
	struct comparison *c;
	struct members *m;
	const struct calls *calls;
	uint32_t *group; /* by row: kin have the same number */
};

static bool is_unexplained(const struct row *r)
{
	return r->found[TO_LIST] && r->verdict != EXPLAINED;
}

static bool one_sided(const struct row *r)
{
	return r->verdict == APPEARED || r->verdict == GONE;
}

/* Does one call the other, in at least a tenth of the samples of the smaller one? */
static bool calls_other(const struct calls *calls, const struct row *a, const struct row *b,
			size_t nrun)
{
	const double often = 0.1; /* with less, it is a call among many others */
	double samples = fmin(a->test.mean, b->test.mean) * (double)nrun;

	return calls_between(calls, a->item, b->item) >= often * samples ||
	       calls_between(calls, b->item, a->item) >= often * samples;
}

static bool are_kin(const struct search *s, const struct row *up, const struct row *down)
{
	uint32_t caller = s->calls->caller[up->item];

	return up->kind == down->kind &&
	       (calls_other(s->calls, up, down, s->c->design.n) ||
		((one_sided(up) || one_sided(down)) && caller == s->calls->caller[down->item]));
}

static void merge_groups(struct search *s, uint32_t a, uint32_t b)
{
	uint32_t to = s->group[a], from = s->group[b];

	for (size_t i = 0; i < s->c->nrow; i++)
		if (s->group[i] == from)
			s->group[i] = to;
}

static void find_groups(struct search *s)
{
	const struct row *row = s->c->row;

	for (uint32_t i = 0; i < s->c->nrow; i++)
		s->group[i] = i;
	for (uint32_t i = 0; i < s->c->nrow; i++) {
		if (!is_unexplained(&row[i]) || !row[i].up)
			continue;
		for (uint32_t j = 0; j < s->c->nrow; j++)
			if (row[j].found[TO_LIST] && !row[j].up && s->group[i] != s->group[j] &&
			    are_kin(s, &row[i], &row[j]))
				merge_groups(s, i, j);
	}
}

/* Test the samples of the current set of members. */
static struct test test_set(const struct search *s, enum kind kind, const double *exposure)
{
	const struct design *d = &s->c->design;
	struct test t;

	test_measure(&t, d, s->m->x, exposure);
	test_moderate(&t, d, &s->c->family[kind].noise);
	return t;
}

static bool is_slower(const struct search *s, const struct row *r, const struct test *t,
		      enum level level)
{
	const struct comparison *c = s->c;
	const struct family *f = &c->family[r->kind];

	return test_above(t, log1p(c->o->min_effect)) / f->weight[r->index] <=
		       f->threshold[level] &&
	       test_cost(t) >= c->o->min_cost * c->total.cost[BASE];
}

/* Set the verdict of a row after the test of its whole scope. */
static void set_moved_verdict(struct search *s, struct row *r, const struct test *whole,
			      uint32_t from)
{
	if (!is_slower(s, r, whole, TO_LIST)) {
		r->verdict = MOVED;
		r->from = from;
		r->found[AT_GATE] = false;
	} else if (r->verdict == APPEARED) {
		r->verdict = SLOWER;
		r->from = from;
		r->found[AT_GATE] = is_slower(s, r, whole, AT_GATE);
	}
}

/* Test the row together with all its kin. */
static bool explain_by_kin(struct search *s, struct row *r)
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
	if (!from || -down < LEAST_SAVING * up)
		return false;
	whole = test_set(s, r->kind, c->design.exposure);
	set_moved_verdict(s, r, &whole, from);
	return true;
}

/*
 * Did the rest of a scope become cheaper? With shares, everything else shrinks if the row
 * grows, so the rest is then compared with all samples but the row's.
 */
static bool rest_fell(struct search *s, const struct row *r, const double *scope, double *cost)
{
	const double level = 0.001; /* of one more test per row: strict, as it excuses */
	const struct design *d = &s->c->design;
	const double *x = family_counts(&s->c->family[r->kind], r->index);
	double *exposure = mem_zeroed(d->n, sizeof(*exposure));
	struct test rest;

	for (size_t i = 0; i < d->n; i++) {
		s->m->x[i] = fmax(0, scope[i] - x[i]);
		exposure[i] = d->exposure[i];
		if (d->metric == METRIC_SHARE)
			exposure[i] *= fmax(1e-9, 1 - x[i] / d->samples[i]);
	}
	rest = test_set(s, r->kind, exposure);
	*cost = test_cost(&rest);
	mem_free(exposure, d->n * sizeof(*exposure));
	return rest.mean > 0 && test_below(&rest, 0) <= level;
}

/*
 * Test the row together with all samples through an item. tolerance: the fraction of the row's
 * rise by which the savings of the rest may differ from it.
 */
static bool explain_by_item(struct search *s, struct row *r, uint32_t item, double tolerance)
{
	const struct design *d = &s->c->design;
	double *scope, rest, rise = test_cost(&r->test);
	struct test whole;
	bool fell;

	members_clear(s->m);
	members_add(s->m, item, INCLUSIVE, NULL);
	whole = test_set(s, r->kind, d->exposure);
	if (whole.share > WIDEST_SCOPE)
		return false;
	scope = mem_zeroed(d->n, sizeof(*scope));
	memcpy(scope, s->m->x, d->n * sizeof(*scope));
	fell = rest_fell(s, r, scope, &rest);
	mem_free(scope, d->n * sizeof(*scope));
	if (!fell || fabs(-rest - rise) > tolerance * rise)
		return false;
	set_moved_verdict(s, r, &whole, item);
	return true;
}

void find_moved(struct comparison *c, struct members *m, const struct calls *calls)
{
	struct search s = { c, m, calls, mem_zeroed(c->nrow, sizeof(uint32_t)) };

	find_groups(&s);
	for (size_t i = 0; i < c->nrow; i++) {
		struct row *r = &c->row[i];
		uint32_t caller = calls->caller[r->item];

		if (!is_unexplained(r) || !r->up || explain_by_kin(&s, r) ||
		    (r->kind == SELF && explain_by_item(&s, r, r->item, OWN_TOLERANCE)))
			continue;
		if (caller)
			explain_by_item(&s, r, caller, CALLER_TOLERANCE);
	}
	mem_free(s.group, c->nrow * sizeof(*s.group));
}
