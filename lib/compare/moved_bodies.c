/* Rows that changed in the same machine code as the row in question. */
#include "compare/moved_search.h"

static const double NEARLY_ALL = 0.8; /* of the rise, in one body */
static const double MOST_LEFT = 0.5;  /* of the rise, of all that changed in the bodies */

/* Note the bodies that only the base has. */
void moved_find_gone(struct moved_search *s)
{
	for (size_t i = 0; i < s->c->nrow; i++) {
		const struct row *r = &s->c->row[i];

		if (r->kind == INCLUSIVE && r->found[TO_LIST] && r->verdict == GONE)
			s->gone[r->item] = 1;
	}
}

/* Mark the row's bodies that are gone: what they did may be elsewhere, under another name. */
static void mark_gone(struct moved_search *s, uint32_t row)
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
static uint32_t mark_bodies(struct moved_search *s, const struct row *r)
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
static double add_risen(struct moved_search *s, uint32_t row)
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
void moved_by_bodies(struct moved_search *s, struct row *r)
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
			balance_add(&b, other, add_risen(s, i));
	}
	whole = moved_test(s, r->kind, c->design.exposure);
	if (r->kind == INCLUSIVE)
		saved = b.from && test_cost(&whole) <= MOST_LEFT * test_cost(&r->test);
	else
		saved = balance_saved_enough(&b);
	if (!saved)
		return;
	moved_set_verdict(s, r, &whole, b.from->item);
	if (r->verdict != MOVED)
		moved_hand_over(s, r, body, test_cost(&whole), b.from->item);
}
