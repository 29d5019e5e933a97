/*
 * The parts of a function F are the functions below it, each with its self samples and with its
 * inclusive samples below F. F changed as one if
 *
 *	alike	no part differs from the rest of F by more than ALIKE of F's change
 *	broad	without any part that has MUCH of F's change, the rest still changed, by at
 *		least HALF as much as F
 *
 * The first condition is the absence of a difference, which lack of data would fulfil. The
 * second needs evidence, so a single function that became slower never looks like a subtree.
 *
 * The three fractions are conventions. tests/validate/RESULTS.md has how often they lead to the
 * right function.
 */
#include "compare/subtree.h"

#include <math.h>
#include <stdlib.h>

#include "compare/special.h"

static const double ALIKE = 1.0 / 3, MUCH = 1.0 / 3, HALF = 0.5;
static const double LEVEL_ALIKE = 0.05;  /* of all parts together */
static const double LEVEL_BROAD = 0.002; /* of each of a few parts, of a few callers */
static const double LEAST_MEAN = 5;      /* samples per run; fewer can show nothing (family.c) */

/* The parts of one function, as samples by run. */
struct parts {
	struct comparison *c;
	struct members *m;
	size_t nrun;
	uint32_t *slot;  /* by item: its number among the parts + 1; 0 between two functions */
	struct buf item; /* uint32_t: the parts' items */
	struct buf x;    /* double: by part and kind, nrun of them */
	double *whole;   /* by run */
};

static double *part_samples(struct parts *s, uint32_t part, enum kind kind)
{
	return (double *)s->x.p + ((size_t)part * KINDS + kind) * s->nrun;
}

static uint32_t part_of_item(struct parts *s, uint32_t item)
{
	static const double zero;

	if (!s->slot[item]) {
		buf_put(&s->item, &item, sizeof(item));
		s->slot[item] = (uint32_t)BUF_COUNT(&s->item, uint32_t);
		for (size_t i = 0; i < KINDS * s->nrun; i++)
			buf_put(&s->x, &zero, sizeof(zero));
	}
	return s->slot[item] - 1;
}

static void add_stack(struct parts *s, uint32_t top, uint32_t stack)
{
	size_t n;
	const uint32_t *item = items_of(s->m->items, stack, &n);

	matrix_add(s->m->matrix, stack, s->whole);
	for (size_t i = 0; i < n; i++) {
		uint32_t part = part_of_item(s, item[i]);

		if (i == 0)
			matrix_add(s->m->matrix, stack, part_samples(s, part, SELF));
		if (item[i] == top)
			break;
		matrix_add(s->m->matrix, stack, part_samples(s, part, INCLUSIVE));
	}
}

static void find_parts(struct parts *s, uint32_t top)
{
	size_t n;
	const uint32_t *stack = members_of(s->m, top, &n);

	for (size_t i = 0; i < BUF_COUNT(&s->item, uint32_t); i++)
		s->slot[((const uint32_t *)s->item.p)[i]] = 0;
	s->item.n = 0;
	s->x.n = 0;
	memset(s->whole, 0, s->nrun * sizeof(*s->whole));
	for (size_t i = 0; i < n; i++)
		add_stack(s, top, stack[i] & ~(uint32_t)MEMBER_LEAF);
}

static struct test test_part(const struct parts *s, const double *x, enum kind kind)
{
	const struct family *f = &s->c->family[kind];
	struct test t;

	test_measure(&t, &s->c->design, x, s->c->design.exposure);
	test_moderate(&t, &s->c->design, f->m ? &f->noise : &s->c->family[INCLUSIVE].noise);
	return t;
}

/* The variance of a change; without replicates that of counting alone. */
static double variance_of(const struct test *t)
{
	return t->df > 0 ? t->se * t->se :
			   1 / (t->single.x[BASE] + 0.5) + 1 / (t->single.x[NEW] + 0.5);
}

/* p-value for the difference of the two changes being within `alike`. */
static double p_different(const struct test *part, const struct test *rest, double alike)
{
	double excess = fabs(part->change - rest->change) - alike;
	double se = sqrt(variance_of(part) + variance_of(rest));

	if (!(se > 0))
		return excess > 0 ? 0 : 1;
	return part->df > 0 ? student_tail(excess / se, part->df) :
			      erfc(excess / se * M_SQRT1_2) / 2;
}

static bool changed_too(const struct test *rest, const struct row *r)
{
	return rest->change / r->test.change >= HALF &&
	       (r->up ? test_above(rest, 0) : test_below(rest, 0)) <= LEVEL_BROAD;
}

enum answer { ALL_ALIKE, TOO_SMALL, DIFFERENT };

/* Does the part agree with the rest of the whole? n: the number of parts tested. */
static enum answer compare_part(struct parts *s, const struct row *r, const double *x,
				enum kind kind, double n, double *rest)
{
	struct test part = test_part(s, x, kind), other;

	for (size_t i = 0; i < s->nrun; i++)
		rest[i] = fmax(0, s->whole[i] - x[i]);
	other = test_part(s, rest, INCLUSIVE);
	if (part.mean < LEAST_MEAN)
		return TOO_SMALL;
	if (test_cost(&part) / test_cost(&r->test) >= MUCH &&
	    (other.mean < LEAST_MEAN || !changed_too(&other, r)))
		return DIFFERENT;
	if (other.mean >= LEAST_MEAN &&
	    p_different(&part, &other, ALIKE * fabs(r->test.change)) <= LEVEL_ALIKE / n)
		return DIFFERENT;
	return ALL_ALIKE;
}

static bool changed_as_one(struct parts *s, const struct row *r)
{
	double *rest = mem_zeroed(s->nrun, sizeof(*rest));
	size_t n = BUF_COUNT(&s->item, uint32_t), asked = 0;
	enum answer answer = ALL_ALIKE;

	for (uint32_t i = 0; i < n * KINDS && answer != DIFFERENT; i++) {
		enum kind kind = i % KINDS;

		answer = compare_part(s, r, part_samples(s, i / KINDS, kind), kind,
				      (double)n * KINDS, rest);
		asked += answer == ALL_ALIKE;
	}
	mem_free(rest, s->nrun * sizeof(*rest));
	return answer != DIFFERENT && asked > 1;
}

/* A subtree stands for its parts, so the gate must fail for it if it would fail for them. */
static bool may_speak_for_parts(const struct comparison *c, const struct row *r)
{
	if (r->kind != INCLUSIVE || !r->found[TO_LIST] || r->verdict == APPEARED ||
	    r->verdict == GONE)
		return false;
	return !r->up || !c->can_gate ||
	       (r->found[AT_GATE] && (!c->permuted || r->confirmed <= c->confirm_q));
}

static int compare_tops(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;

	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

/* Is nearly all of the row below the top of a subtree that was found? */
static bool is_below(const struct members *m, const struct row *r, const uint8_t *taken)
{
	const double nearly_all = 0.9;
	double all = 0, part = 0;
	size_t n;
	const uint32_t *stack = members_of(m, r->item, &n);

	for (size_t i = 0; i < n; i++) {
		uint32_t id = stack[i] & ~(uint32_t)MEMBER_LEAF;
		double x = matrix_sum(m->matrix, id);

		all += x;
		part += taken[id] ? x : 0;
	}
	return part >= nearly_all * all;
}

static void take_stacks(const struct members *m, const struct row *r, uint8_t *taken)
{
	size_t n;
	const uint32_t *stack = members_of(m, r->item, &n);

	for (size_t i = 0; i < n; i++)
		taken[stack[i] & ~(uint32_t)MEMBER_LEAF] = 1;
}

/*
 * Findings below a subtree are part of one finding, and must not make it easier to find others:
 * the false discovery rate is that of the findings left (as in Focused BH, multiple.h).
 */
static void count_as_one(struct comparison *c, const struct members *m, const uint8_t *taken,
			 enum kind kind, bool up)
{
	struct family *f = &c->family[kind];
	double found = 0, left = 0, part;

	for (size_t i = 0; i < c->nrow; i++) {
		struct row *r = &c->row[i];

		if (r->kind != kind || r->up != up || !r->found[TO_LIST])
			continue;
		r->below = !r->alike && is_below(m, r, taken);
		found++;
		left += !r->below;
	}
	if (!found)
		return;
	part = fmax(1, left) / found;
	if (up) {
		f->threshold[TO_LIST] *= part;
		f->threshold[AT_GATE] *= part;
	} else {
		f->threshold_faster *= part;
	}
	for (size_t i = 0; i < c->nrow; i++) {
		struct row *r = &c->row[i];

		if (r->kind != kind || r->up != up || r->below || r->alike)
			continue;
		r->q = fmin(1, r->q / part);
		r->found[TO_LIST] &= r->p <= (up ? f->threshold[TO_LIST] : f->threshold_faster);
		r->found[AT_GATE] &= r->p <= f->threshold[AT_GATE];
	}
}

void find_subtrees(struct comparison *c, struct members *m)
{
	struct parts s = { .c = c, .m = m, .nrun = c->design.n };
	struct row **top = mem_zeroed(c->nrow, sizeof(*top));
	uint8_t *taken = mem_zeroed(c->matrix.nstack, 1);
	size_t n = 0, ntop = 0;

	s.slot = mem_zeroed(c->items.n, sizeof(*s.slot));
	s.whole = mem_zeroed(s.nrun, sizeof(*s.whole));
	for (size_t i = 0; i < c->nrow; i++)
		if (may_speak_for_parts(c, &c->row[i]))
			top[n++] = &c->row[i];
	qsort(top, n, sizeof(*top), compare_tops);
	for (size_t i = 0; i < n; i++) {
		if (is_below(m, top[i], taken))
			continue;
		find_parts(&s, top[i]->item);
		top[i]->alike = changed_as_one(&s, top[i]);
		if (top[i]->alike)
			take_stacks(m, top[i], taken);
		ntop += top[i]->alike;
	}
	for (int i = 0; ntop && i < KINDS * 2; i++)
		count_as_one(c, m, taken, (enum kind)(i / 2), i % 2);
	mem_free(top, c->nrow * sizeof(*top));
	mem_free(taken, c->matrix.nstack);
	mem_free(s.slot, c->items.n * sizeof(*s.slot));
	mem_free(s.whole, s.nrun * sizeof(*s.whole));
	buf_release(&s.item);
	buf_release(&s.x);
}
