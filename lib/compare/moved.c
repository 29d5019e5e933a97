/*
 * A row that became slower may have taken over work from other code. Three scopes are tried,
 * the closest first. In the first scope whose rest became cheaper by enough, the row is tested
 * together with that rest.
 *
 *	kin	rows of the same family that became faster and that call it, are
 *		called by it, or share its caller if one of the two is new or gone
 *		(if both are, a caller of its caller is enough);
 *		and, in turn, the kin of those. Their savings must be at least half
 *		of the row's rise.
 *	own	for the function's self samples: all samples of its callees
 *	caller	all samples of its caller
 *
 * The scopes of callees and caller contain unrelated code. So they must not be more than half
 * of the program, and savings and rise must agree: within half of the rise in the callees,
 * within a quarter of it in the caller, which is a wider scope.
 *
 * Kin include what has nothing to do with the row. If they do not explain it, it is tested with
 * those of its own kin that became faster and have explained no other row.
 *
 * A row that is still slower is tested with the rows that changed in the bodies (bodies.h) in
 * which it rose, and with what they have in these bodies only: the compiler may have moved work
 * between any of them. So it may with bodies that had samples of the row, and are gone.
 * Their savings, too, must be at least half of the rise. For an inclusive row they may be in self
 * rows, and rows may contain each other, so there all of them together are tested: they may rise
 * by half of the row's rise.
 *
 * If both together are slower, but by much less than an inclusive row, that row has moved all the
 * same if a self row below it fails the gate: that one tells what became slower.
 *
 * If all that changed in these bodies is slower together, though less than half of the row's rise is
 * left, the function of the body is the row, and this one has moved: the compiler says which part of
 * a body is slower, and it said something else of the base. The same holds for a function and one
 * that it calls, if one of them is new, gone, or inlined into the other on one side. The row of the
 * function that holds both must be found as surely, and most of its rise must be theirs.
 *
 * All these fractions are conventions, not estimates. They only choose what is tested
 * together; a separate test decides whether both together are slower. For how often moved code
 * is reported, and injected slowdowns are missed because of that, see
 * tests/validate/RESULTS.md.
 */
#include "compare/moved.h"

#include <math.h>

#include "compare/moved_search.h"

static const double WIDEST_SCOPE = 0.5;      /* of all samples */
static const double OWN_TOLERANCE = 0.5;     /* of the rise */
static const double CALLER_TOLERANCE = 0.25; /* of the rise */

/*
 * Did the rest of a scope become cheaper? With shares, everything else shrinks if the row
 * grows, so the rest is then compared with all samples but the row's.
 */
static bool rest_fell(struct moved_search *s, const struct row *r, const double *scope,
		      double *cost)
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
	rest = moved_test(s, r->kind, exposure);
	*cost = test_cost(&rest);
	mem_free(exposure, d->n * sizeof(*exposure));
	return rest.mean > 0 && test_below(&rest, 0) <= level;
}

/* Does the gate fail for the function's own code of a frame below the row's? */
static bool self_row_tells(struct moved_search *s, const struct row *r)
{
	const struct comparison *c = s->c;

	members_clear(s->m);
	members_add(s->m, r->item, INCLUSIVE, NULL);
	for (size_t i = 0; i < c->nrow; i++) {
		const struct row *self = &c->row[i];
		const uint32_t *stack;
		size_t n;

		if (self->kind != SELF || self->verdict != SLOWER || !self->found[AT_GATE] ||
		    (c->permuted && self->confirmed > c->confirm_q))
			continue;
		stack = members_of(s->m, self->item, &n);
		for (size_t j = 0; j < n; j++)
			if (stack[j] & MEMBER_LEAF &&
			    s->m->in_set[stack[j] & ~(uint32_t)MEMBER_LEAF] == s->m->set)
				return true;
	}
	return false;
}

/*
 * Test the row together with all samples through an item. tolerance: the fraction of the row's
 * rise by which the savings of the rest may differ from it.
 */
static bool explain_by_item(struct moved_search *s, struct row *r, uint32_t item, double tolerance)
{
	const struct design *d = &s->c->design;
	double *scope, rest, rise = test_cost(&r->test);
	struct test whole;
	bool fell;

	members_clear(s->m);
	members_add(s->m, item, INCLUSIVE, NULL);
	whole = moved_test(s, r->kind, d->exposure);
	if (whole.share > WIDEST_SCOPE)
		return false;
	scope = mem_zeroed(d->n, sizeof(*scope));
	memcpy(scope, s->m->x, d->n * sizeof(*scope));
	fell = rest_fell(s, r, scope, &rest);
	mem_free(scope, d->n * sizeof(*scope));
	if (!fell || fabs(-rest - rise) > tolerance * rise)
		return false;
	moved_set_verdict(s, r, &whole, item);
	if (r->verdict == SLOWER && r->kind == INCLUSIVE && test_cost(&whole) <= tolerance * rise &&
	    self_row_tells(s, r)) {
		r->verdict = MOVED;
		r->from = item;
		r->found[AT_GATE] = false;
	}
	return true;
}

static void find_origin(struct moved_search *s, struct row *r)
{
	uint32_t caller = s->calls->caller[r->item];

	/* Whatever else happened to its kin, new code has taken the place of other code. */
	if (one_sided(r) && moved_by_own_kin(s, r))
		return;
	if (!moved_by_kin(s, r) && !moved_by_own_kin(s, r) &&
	    !(r->kind == SELF && explain_by_item(s, r, r->item, OWN_TOLERANCE)) && caller)
		explain_by_item(s, r, caller, CALLER_TOLERANCE);
	if (r->verdict != MOVED)
		moved_by_bodies(s, r);
}

void find_moved(struct comparison *c, struct members *m, const struct calls *calls)
{
	struct moved_search s = { .c = c, .m = m, .calls = calls };

	s.group = mem_zeroed(c->nrow, sizeof(*s.group));
	s.risen = mem_zeroed(c->items.n, sizeof(*s.risen));
	s.gone = mem_zeroed(c->items.n, sizeof(*s.gone));
	s.spent = mem_zeroed(c->nrow, sizeof(*s.spent));
	bodies_init(&s.bodies, c, m);
	moved_find_gone(&s);
	moved_find_kin(&s);
	for (size_t i = 0; i < c->nrow; i++)
		if (is_unexplained(&c->row[i]) && c->row[i].up)
			find_origin(&s, &c->row[i]);
	bodies_release(&s.bodies);
	mem_free(s.gone, c->items.n * sizeof(*s.gone));
	mem_free(s.spent, c->nrow * sizeof(*s.spent));
	mem_free(s.risen, c->items.n * sizeof(*s.risen));
	mem_free(s.group, c->nrow * sizeof(*s.group));
}
