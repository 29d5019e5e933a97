/* Rows of the same family that became faster, and that calls connect with the row in question. */
#include <math.h>

#include "compare/moved_search.h"

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

static bool are_kin(const struct moved_search *s, const struct row *up, const struct row *down)
{
	return up->kind == down->kind && (calls_other(s->calls, up, down, s->c->design.n) ||
					  share_caller(s->calls, up, down));
}

static void merge_groups(struct moved_search *s, uint32_t a, uint32_t b)
{
	uint32_t to = s->group[a], from = s->group[b];

	for (size_t i = 0; i < s->c->nrow; i++)
		if (s->group[i] == from)
			s->group[i] = to;
}

void moved_find_kin(struct moved_search *s)
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

/* Add a row's samples to the set, and its cost to the balance. */
static void add_row(struct moved_search *s, struct balance *b, const struct row *r)
{
	members_add(s->m, r->item, r->kind, NULL);
	balance_add(b, r, test_cost(&r->test));
}

/* Which of two functions calls the other, or 0. */
static uint32_t caller_of_both(const struct moved_search *s, const struct row *a,
			       const struct row *b)
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
static bool may_give_code(const struct moved_search *s, const struct row *a, const struct row *b)
{
	const struct row *row = s->c->row;

	return a->test.single.x[BASE] == 0 || b->verdict == GONE ||
	       share_body(&s->bodies, (uint32_t)(a - row), (uint32_t)(b - row));
}

/* Test the row together with all its kin. */
bool moved_by_kin(struct moved_search *s, struct row *r)
{
	const struct comparison *c = s->c;
	uint32_t group = s->group[r - c->row];
	struct balance b = { 0 };
	struct test whole;

	members_clear(s->m);
	for (size_t i = 0; i < c->nrow; i++)
		if (s->group[i] == group)
			add_row(s, &b, &c->row[i]);
	if (!balance_saved_enough(&b))
		return false;
	whole = moved_test(s, r->kind, c->design.exposure);
	moved_set_verdict(s, r, &whole, b.from->item);
	if (r->verdict != MOVED && may_give_code(s, r, b.from))
		moved_hand_over(s, r, caller_of_both(s, r, b.from), test_cost(&whole),
				b.from->item);
	return true;
}

/* Test the row together with its own kin that became faster, each of which explains one row. */
bool moved_by_own_kin(struct moved_search *s, struct row *r)
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
	if (!balance_saved_enough(&b))
		return false;
	whole = moved_test(s, r->kind, c->design.exposure);
	if (moved_is_slower(s, r, &whole, TO_LIST))
		return false;
	moved_set_verdict(s, r, &whole, b.from->item);
	for (uint32_t i = 0; i < c->nrow; i++)
		if (c->row[i].found[TO_LIST] && !c->row[i].up && are_kin(s, r, &c->row[i]))
			s->spent[i] = 1;
	return true;
}
