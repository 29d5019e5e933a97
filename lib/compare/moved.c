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
 * These four fractions are conventions, not estimates. They only choose what is tested
 * together; a separate test decides whether both together are slower. For how often moved code
 * is reported, and injected slowdowns are missed because of that, see
 * tests/validate/RESULTS.md.
 */
#include "compare/moved.h"

#include <math.h>

#include "compare/bodies.h"

static const double LEAST_SAVING = 0.5;      /* of the rise, by kin, and in bodies */
static const double WIDEST_SCOPE = 0.5;      /* of all samples */
static const double OWN_TOLERANCE = 0.5;     /* of the rise */
static const double CALLER_TOLERANCE = 0.25; /* of the rise */
static const double NEARLY_ALL = 0.8;        /* of the rise, in one body */
static const double MOST_OF_IT = 0.5;        /* of a function's rise, which stands for its parts */

struct search {
	struct comparison *c;
	struct members *m;
	const struct calls *calls;
	uint32_t *group; /* by row: kin have the same number */
	struct bodies bodies;
	uint8_t *risen; /* by item: the row in question rose in this body, or it is gone */
	uint8_t *gone;  /* by item: only the base has it */
	uint8_t *spent; /* by row: its savings have explained another row */
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

/* Is item among the callers of another, a few calls up at most? */
static bool is_caller(const struct calls *calls, uint32_t item, uint32_t of)
{
	enum { FARTHEST = 4 };

	for (size_t i = 0; of && i < FARTHEST; i++) {
		of = calls->caller[of];
		if (of && of == item)
			return true;
	}
	return false;
}

/*
 * Do both have one caller, of which one row is new or gone? If both are, the caller of one may also
 * be further up among the callers of the other.
 */
static bool share_caller(const struct calls *calls, const struct row *up, const struct row *down)
{
	uint32_t a = calls->caller[up->item], b = calls->caller[down->item];

	if (!one_sided(up) && !one_sided(down))
		return false;
	return a == b || (one_sided(up) && one_sided(down) &&
			  (is_caller(calls, a, down->item) || is_caller(calls, b, up->item)));
}

static bool are_kin(const struct search *s, const struct row *up, const struct row *down)
{
	return up->kind == down->kind && (calls_other(s->calls, up, down, s->c->design.n) ||
					  share_caller(s->calls, up, down));
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

/* The rises and savings of rows that are tested together. */
struct balance {
	double up, down, most;
	const struct row *from; /* the one with the largest saving, `most`; NULL = none */
};

static void add_cost(struct balance *b, const struct row *r, double cost)
{
	*(cost > 0 ? &b->up : &b->down) += cost;
	if (cost < b->most) {
		b->most = cost;
		b->from = r;
	}
}

/* Add a row's samples to the set, and its cost to the balance. */
static void add_row(struct search *s, struct balance *b, const struct row *r)
{
	members_add(s->m, r->item, r->kind, NULL);
	add_cost(b, r, test_cost(&r->test));
}

static bool saved_enough(const struct balance *b)
{
	return b->from && -b->down >= LEAST_SAVING * b->up;
}

/* Would the gate fail for the row, by its own test and by random labellings? */
static bool fails_alone(const struct search *s, const struct row *r)
{
	return is_slower(s, r, &r->test, AT_GATE) &&
	       (!s->c->permuted || r->confirmed <= s->c->confirm_q);
}

/* The row of a function with what it calls, if it was found to be slower; or NULL. */
static struct row *slower_holder(const struct search *s, uint32_t item)
{
	for (size_t i = 0; i < s->c->nrow; i++) {
		struct row *r = &s->c->row[i];

		if (r->kind == INCLUSIVE && r->item == item && r->up && r->found[TO_LIST])
			return r;
	}
	return NULL;
}

/*
 * Work moved between a row and others of one function, and they are slower together by `cost`: let
 * that function's row stand for it, if it tells as surely that something is slower, and how much.
 */
static void hand_over(struct search *s, struct row *r, uint32_t function, double cost,
		      uint32_t from)
{
	struct comparison *c = s->c;
	struct row *holder = slower_holder(s, function);
	uint32_t item = r->item;

	if (!holder || holder == r || cost < MOST_OF_IT * test_cost(&holder->test))
		return;
	if (r->found[AT_GATE] && c->can_gate && !fails_alone(s, holder))
		return;
	if (holder->verdict == EXPLAINED)
		holder->verdict = SLOWER;
	holder->because = 0;
	holder->found[AT_GATE] = is_slower(s, holder, &holder->test, AT_GATE);
	r->verdict = MOVED;
	r->from = from;
	r->found[AT_GATE] = false;
	for (size_t i = 0; i < c->nrow; i++)
		if (c->row[i].verdict == EXPLAINED && c->row[i].because == item)
			c->row[i].because = function;
}

/* Which of two functions calls the other, or 0. */
static uint32_t caller_of_both(const struct search *s, const struct row *a, const struct row *b)
{
	double down = calls_between(s->calls, a->item, b->item);
	double up = calls_between(s->calls, b->item, a->item);

	return up > down ? b->item : down > 0 ? a->item : 0;
}

static bool share_body(const struct bodies *b, uint32_t row, uint32_t other)
{
	for (uint32_t i = b->first[row]; i < b->first[row + 1]; i++)
		for (uint32_t j = b->first[other]; j < b->first[other + 1]; j++)
			if (bodies_place(b, i)->body == bodies_place(b, j)->body)
				return true;
	return false;
}

/* Is one of two functions new or gone, or inlined into the other on one side at least? */
static bool may_give_code(const struct search *s, const struct row *a, const struct row *b)
{
	const struct row *row = s->c->row;

	return a->test.single.x[BASE] == 0 || b->verdict == GONE ||
	       share_body(&s->bodies, (uint32_t)(a - row), (uint32_t)(b - row));
}

/* Test the row together with all its kin. */
static bool explain_by_kin(struct search *s, struct row *r)
{
	const struct comparison *c = s->c;
	uint32_t group = s->group[r - c->row];
	struct balance b = { 0 };
	struct test whole;

	members_clear(s->m);
	for (size_t i = 0; i < c->nrow; i++)
		if (s->group[i] == group)
			add_row(s, &b, &c->row[i]);
	if (!saved_enough(&b))
		return false;
	whole = test_set(s, r->kind, c->design.exposure);
	set_moved_verdict(s, r, &whole, b.from->item);
	if (r->verdict != MOVED && may_give_code(s, r, b.from))
		hand_over(s, r, caller_of_both(s, r, b.from), test_cost(&whole), b.from->item);
	return true;
}

/* Test the row together with its own kin that became faster, each of which explains one row. */
static bool explain_by_own_kin(struct search *s, struct row *r)
{
	const struct comparison *c = s->c;
	struct balance b = { 0 };
	struct test whole;

	members_clear(s->m);
	add_row(s, &b, r);
	for (uint32_t i = 0; i < c->nrow; i++) {
		const struct row *kin = &c->row[i];

		if (kin->found[TO_LIST] && !kin->up && !s->spent[i] && are_kin(s, r, kin))
			add_row(s, &b, kin);
	}
	if (!saved_enough(&b))
		return false;
	whole = test_set(s, r->kind, c->design.exposure);
	if (is_slower(s, r, &whole, TO_LIST))
		return false;
	set_moved_verdict(s, r, &whole, b.from->item);
	for (uint32_t i = 0; i < c->nrow; i++)
		if (c->row[i].found[TO_LIST] && !c->row[i].up && are_kin(s, r, &c->row[i]))
			s->spent[i] = 1;
	return true;
}

/* Note the bodies that only the base has. */
static void find_gone(struct search *s)
{
	for (size_t i = 0; i < s->c->nrow; i++) {
		const struct row *r = &s->c->row[i];

		if (r->kind == INCLUSIVE && r->found[TO_LIST] && r->verdict == GONE)
			s->gone[r->item] = 1;
	}
}

/* Mark the row's bodies that are gone: what they did may be elsewhere, under another name. */
static void mark_gone(struct search *s, uint32_t row)
{
	const struct bodies *b = &s->bodies;

	for (uint32_t i = b->first[row]; i < b->first[row + 1]; i++)
		if (s->gone[bodies_place(b, i)->body])
			s->risen[bodies_place(b, i)->body] = 1;
}

/*
 * Mark the bodies in which a row rose most, until they account for its rise. Returns the first, if it
 * has nearly all of the rise, else 0.
 */
static uint32_t mark_bodies(struct search *s, const struct row *r)
{
	const struct bodies *b = &s->bodies;
	uint32_t row = (uint32_t)(r - s->c->row);
	double rise = test_cost(&r->test), left = rise;
	uint32_t first = 0;

	memset(s->risen, 0, s->c->items.n);
	while (left > 0) {
		const struct place *most = NULL;

		for (uint32_t i = b->first[row]; i < b->first[row + 1]; i++) {
			const struct place *p = bodies_place(b, i);

			if (!s->risen[p->body] && p->cost > (most ? most->cost : 0))
				most = p;
		}
		if (!most)
			break;
		s->risen[most->body] = 1;
		if (left == rise && most->cost >= NEARLY_ALL * rise)
			first = most->body;
		left -= most->cost;
	}
	mark_gone(s, row);
	return first;
}

/* Add a row's stacks in the marked bodies to the set. Returns the change of its cost there. */
static double add_risen(struct search *s, uint32_t row)
{
	const struct bodies *b = &s->bodies;
	double cost = 0;

	for (uint32_t i = b->first[row]; i < b->first[row + 1]; i++) {
		const struct place *p = bodies_place(b, i);
		size_t n;
		const uint32_t *stack = bodies_stacks(b, i, &n);

		for (size_t j = 0; s->risen[p->body] && j < n; j++)
			members_add_stack(s->m, stack[j]);
		cost += s->risen[p->body] ? p->cost : 0;
	}
	return cost;
}

/* Test the row together with all that changed in the bodies in which it rose. */
static void explain_by_bodies(struct search *s, struct row *r)
{
	const struct comparison *c = s->c;
	struct balance b = { 0 };
	struct test whole;
	uint32_t body = mark_bodies(s, r);
	bool saved;

	members_clear(s->m);
	for (uint32_t i = 0; i < c->nrow; i++) {
		const struct row *other = &c->row[i];

		if (!(is_unexplained(other) || !other->up))
			continue;
		if (other->kind == r->kind || (other->kind == SELF && !other->up))
			add_cost(&b, other, add_risen(s, i));
	}
	whole = test_set(s, r->kind, c->design.exposure);
	if (r->kind == INCLUSIVE)
		saved = b.from && test_cost(&whole) <= (1 - LEAST_SAVING) * test_cost(&r->test);
	else
		saved = saved_enough(&b);
	if (!saved)
		return;
	set_moved_verdict(s, r, &whole, b.from->item);
	if (r->verdict != MOVED)
		hand_over(s, r, body, test_cost(&whole), b.from->item);
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

/* Does the gate fail for the function's own code of a frame below the row's? */
static bool self_row_tells(struct search *s, const struct row *r)
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
	if (r->verdict == SLOWER && r->kind == INCLUSIVE && test_cost(&whole) <= tolerance * rise &&
	    self_row_tells(s, r)) {
		r->verdict = MOVED;
		r->from = item;
		r->found[AT_GATE] = false;
	}
	return true;
}

static void find_origin(struct search *s, struct row *r)
{
	uint32_t caller = s->calls->caller[r->item];

	/* Whatever else happened to its kin, new code has taken the place of other code. */
	if (one_sided(r) && explain_by_own_kin(s, r))
		return;
	if (!explain_by_kin(s, r) && !explain_by_own_kin(s, r) &&
	    !(r->kind == SELF && explain_by_item(s, r, r->item, OWN_TOLERANCE)) && caller)
		explain_by_item(s, r, caller, CALLER_TOLERANCE);
	if (r->verdict != MOVED)
		explain_by_bodies(s, r);
}

void find_moved(struct comparison *c, struct members *m, const struct calls *calls)
{
	struct search s = { .c = c, .m = m, .calls = calls };

	s.group = mem_zeroed(c->nrow, sizeof(*s.group));
	s.risen = mem_zeroed(c->items.n, sizeof(*s.risen));
	s.gone = mem_zeroed(c->items.n, sizeof(*s.gone));
	s.spent = mem_zeroed(c->nrow, sizeof(*s.spent));
	bodies_init(&s.bodies, c, m);
	find_gone(&s);
	find_groups(&s);
	for (size_t i = 0; i < c->nrow; i++)
		if (is_unexplained(&c->row[i]) && c->row[i].up)
			find_origin(&s, &c->row[i]);
	bodies_release(&s.bodies);
	mem_free(s.gone, c->items.n * sizeof(*s.gone));
	mem_free(s.spent, c->nrow * sizeof(*s.spent));
	mem_free(s.risen, c->items.n * sizeof(*s.risen));
	mem_free(s.group, c->nrow * sizeof(*s.group));
}
