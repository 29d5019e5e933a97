/*
 * Subtrees that changed as one come first, the highest before others, since they account for
 * everything below them; then self rows, whose stacks are disjoint; then inclusive rows, the
 * deepest first. A new function is not a regression by itself, so it does not excuse its
 * callers, unless the gate fails for new functions.
 */
#include "compare/residual.h"

#include <math.h>
#include <stdlib.h>

#include "compare/subtree.h"

static int compare_depths(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;

	if (x->alike != y->alike)
		return x->alike ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind == SELF ? -1 : 1;
	if (x->depth != y->depth)
		return (x->depth > y->depth) != x->alike ? -1 : 1;
	if (x->test.mean != y->test.mean)
		return x->test.mean < y->test.mean ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

/* The mean depth at which stacks first reach the item. */
static double mean_depth(const struct members *m, uint32_t item)
{
	const struct items *t = m->items;
	double sum = 0, samples = 0;
	size_t n, nframe;
	const uint32_t *stack = members_of(m, item, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t id = stack[i] & ~(uint32_t)MEMBER_LEAF, at = 0;
		const loc_id *frame = dict_frames(t->p->dict, (stack_id){ id }, &nframe);
		double x = matrix_sum(m->matrix, id);

		while (at < nframe && t->of_loc[frame[at].i] != item)
			at++;
		sum += x * at;
		samples += x;
	}
	return samples > 0 ? sum / samples : 0;
}

/* The depth of an item that is a node of the tree. */
static double node_depth(const struct items *t, uint32_t item)
{
	double depth = 0;

	while ((item = t->parent[item]))
		depth++;
	return depth;
}

static bool still_changed(const struct comparison *c, const struct row *r, const struct test *t,
			  enum level level)
{
	const struct family *f = &c->family[r->kind];
	double bound = log1p(c->o->min_effect);
	double floor = c->o->min_cost * c->total.cost[BASE];

	if (r->up)
		return test_above(t, bound) / f->weight[r->index] <= f->threshold[level] &&
		       test_cost(t) >= floor;
	return test_below(t, -bound) / f->weight[r->index] <= f->threshold_faster &&
	       -test_cost(t) >= floor;
}

/* May the samples of row `by` be removed from those of row r? */
static bool excuses(const struct comparison *c, const struct row *by, const struct row *r)
{
	return by->verdict != APPEARED || r->verdict == APPEARED || comparison_gates_new(c, by);
}

struct pass {
	struct comparison *c;
	struct members *m;
	uint32_t *const *owner; /* see residual() */
	uint8_t *skip;          /* by stack: another row accounts for it */
};

/* Mark the stacks of r for which other rows account. Returns the most important of these. */
static const struct row *find_owners(struct pass *s, const struct row *r)
{
	const struct comparison *c = s->c;
	const struct row *best = NULL;
	double most = -1;
	size_t n;
	const uint32_t *stack = members_of(s->m, r->item, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t id = stack[i] & ~(uint32_t)MEMBER_LEAF;
		uint32_t owner = s->owner[r->up][id];
		const struct row *by = owner ? &c->row[owner - 1] : NULL;

		s->skip[id] = by && excuses(c, by, r);
		if (!s->skip[id] || (r->kind == SELF && id == stack[i]) ||
		    fabs(by->test.change) * by->test.mean <= most)
			continue;
		most = fabs(by->test.change) * by->test.mean;
		best = by;
	}
	return best;
}

/* Let r account for its stacks that no other row accounts for. */
static void account_for_stacks(struct pass *s, const struct row *r)
{
	size_t n;
	const uint32_t *stack = members_of(s->m, r->item, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t id = stack[i] & ~(uint32_t)MEMBER_LEAF;

		if (!s->skip[id] && !(r->kind == SELF && id == stack[i]))
			s->owner[r->up][id] = (uint32_t)(r - s->c->row) + 1;
	}
}

/* Test whether r is still changed without the stacks for which other rows account. */
static void test_without_others(struct pass *s, struct row *r)
{
	const double least_mean = 5; /* samples per run; fewer can show nothing (family.c) */
	struct comparison *c = s->c;
	const struct row *by = find_owners(s, r);
	struct test rest;

	if (by) {
		members_clear(s->m);
		members_add(s->m, r->item, r->kind, s->skip);
		test_measure(&rest, &c->design, s->m->x, c->design.exposure);
		test_moderate(&rest, &c->design, &c->family[r->kind].noise);
		if (rest.mean < least_mean || !still_changed(c, r, &rest, TO_LIST)) {
			r->verdict = EXPLAINED;
			r->because = by->item;
			r->found[AT_GATE] = false;
			c->row[by - c->row].nfolded++;
			return;
		}
		r->found[AT_GATE] = r->found[AT_GATE] && still_changed(c, r, &rest, AT_GATE);
	}
	account_for_stacks(s, r);
}

void residual(struct comparison *c, struct members *m, uint32_t *const owner[DIRECTIONS])
{
	struct pass s = { c, m, owner, mem_zeroed(c->matrix.nstack, 1) };
	struct row **found = mem_zeroed(c->nrow, sizeof(*found));
	size_t n = 0;

	for (size_t i = 0; i < c->nrow; i++) {
		struct row *r = &c->row[i];

		if (!r->found[TO_LIST])
			continue;
		r->depth = c->items.leaf ? node_depth(&c->items, r->item) : mean_depth(m, r->item);
		found[n++] = r;
	}
	if (c->items.by == BY_FUNCTION)
		find_subtrees(c, m);
	qsort(found, n, sizeof(*found), compare_depths);
	for (size_t i = 0; i < n; i++)
		if (found[i]->found[TO_LIST])
			test_without_others(&s, found[i]);
	mem_free(found, c->nrow * sizeof(*found));
	mem_free(s.skip, c->matrix.nstack);
}
