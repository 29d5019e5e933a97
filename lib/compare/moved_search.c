#include "compare/moved_search.h"

#include <math.h>

static const double LEAST_SAVING = 0.5; /* of the rise */
static const double MOST_OF_IT = 0.5;   /* of a function's rise, which stands for its parts */

/* Test the samples of the current set of members. */
struct test moved_test(const struct moved_search *s, enum kind kind, const double *exposure)
{
	const struct design *d = &s->c->design;
	struct test t;

	test_measure(&t, d, s->m->x, exposure);
	test_moderate(&t, d, &s->c->family[kind].noise);
	return t;
}

bool moved_is_slower(const struct moved_search *s, const struct row *r, const struct test *t,
		     enum level level)
{
	const struct comparison *c = s->c;
	const struct family *f = &c->family[r->kind];

	return test_above(t, log1p(c->o->min_effect)) / f->weight[r->index] <=
		       f->threshold[level] &&
	       test_cost(t) >= c->o->min_cost * c->total.cost[BASE];
}

/* Set the verdict of a row after the test of its whole scope. */
void moved_set_verdict(struct moved_search *s, struct row *r, const struct test *whole,
		       uint32_t from)
{
	if (!moved_is_slower(s, r, whole, TO_LIST)) {
		r->verdict = MOVED;
		r->from = from;
		r->found[AT_GATE] = false;
	} else if (r->verdict == APPEARED) {
		r->verdict = SLOWER;
		r->from = from;
		r->found[AT_GATE] = moved_is_slower(s, r, whole, AT_GATE);
	}
}

void balance_add(struct balance *b, const struct row *r, double cost)
{
	*(cost > 0 ? &b->up : &b->down) += cost;
	if (cost < b->most) {
		b->most = cost;
		b->from = r;
	}
}

bool balance_saved_enough(const struct balance *b)
{
	return b->from && -b->down >= LEAST_SAVING * b->up;
}

/* Would the gate fail for the row, by its own test and by random labellings? */
static bool fails_alone(const struct moved_search *s, const struct row *r)
{
	return moved_is_slower(s, r, &r->test, AT_GATE) &&
	       (!s->c->permuted || r->confirmed <= s->c->confirm_q);
}

/* The row of a function with what it calls, if it was found to be slower; or NULL. */
static struct row *slower_holder(const struct moved_search *s, uint32_t item)
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
void moved_hand_over(struct moved_search *s, struct row *r, uint32_t function, double cost,
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
	holder->found[AT_GATE] = moved_is_slower(s, holder, &holder->test, AT_GATE);
	r->verdict = MOVED;
	r->from = from;
	r->found[AT_GATE] = false;
	for (size_t i = 0; i < c->nrow; i++)
		if (c->row[i].verdict == EXPLAINED && c->row[i].because == item)
			c->row[i].because = function;
}
