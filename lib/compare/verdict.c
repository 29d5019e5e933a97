#include "compare/verdict.h"

#include <math.h>
#include <stdlib.h>

#include "compare/power.h"
#include "compare/special.h"

const char *verdict_word(enum verdict v)
{
	static const char *const words[] = {
		[SAME] = "same",     [UNSURE] = "?",        [SLOWER] = "SLOWER",
		[FASTER] = "faster", [APPEARED] = "new",    [GONE] = "gone",
		[MOVED] = "moved",   [SUSPECT] = "suspect", [EXPLAINED] = "explained",
	};

	return words[v];
}

/* Is a change beyond min_effect ruled out, in both directions? */
static bool is_same(const struct test *t, double min_effect)
{
	const double alpha = 0.1; /* 5% on each side */
	double bound = log1p(min_effect);

	return test_high(t, alpha) < bound && test_low(t, alpha) > -bound;
}

/* Is it a path that would have been found, had not one below it been found? */
static bool is_above_found(const struct comparison *c, const struct row *r)
{
	const struct family *f = &c->family[r->kind];

	return c->items.by == BY_PATH && r != &c->total_row &&
	       r->p <= (r->up ? f->threshold[TO_LIST] : f->threshold_faster);
}

/*
 * A caller of which there was next to nothing is as good as new, where the total can tell: other
 * code moved below it.
 */
static bool is_as_new(const struct comparison *c, const struct row *r)
{
	if (r->verdict == APPEARED)
		return true;
	return r->verdict == SLOWER && r != &c->total_row && r->kind == INCLUSIVE &&
	       c->design.metric != METRIC_SHARE &&
	       r->test.cost[NEW] > ONE_SIDED * r->test.cost[BASE];
}

static void set_verdict(struct comparison *c, struct row *r)
{
	const struct options *o = c->o;
	bool worse, may_fail = is_as_new(c, r) ? comparison_gates_new(c, r) :
						 o->fail_on & FAIL_REGRESSION;

	if (!r->found[TO_LIST])
		r->verdict = is_above_found(c, r)             ? EXPLAINED :
			     is_same(&r->test, o->min_effect) ? SAME :
								UNSURE;
	worse = r->verdict == SLOWER || r->verdict == APPEARED;
	if (!c->can_gate && (worse || r->verdict == FASTER || r->verdict == GONE))
		r->verdict = SUSPECT;
	r->gated = worse && c->can_gate && r->found[AT_GATE] && may_fail &&
		   (!c->permuted || r->confirmed <= c->confirm_q);
	if (r->verdict == UNSURE)
		r->runs_needed = power_runs(c, r);
}

/* The total is one additional test. It is exact, and uses no prior from other items. */
static void set_total_verdict(struct comparison *c)
{
	struct row *r = &c->total_row;
	double bound = log1p(c->o->min_effect), part = c->o->fail_on & FAIL_TOTAL ? 1.0 / 3 : 1;

	r->test = c->total;
	r->up = c->total.change > 0;
	r->p = r->up ? test_above(&r->test, bound) : test_below(&r->test, -bound);
	r->q = fmin(1, r->p / part);
	r->alpha = 0.05;
	r->low = test_low(&r->test, r->alpha);
	r->high = test_high(&r->test, r->alpha);
	r->found[TO_LIST] = r->q <= c->o->q;
	r->found[AT_GATE] = r->up && r->q <= c->confirm_q;
	r->verdict = r->up ? SLOWER : FASTER;
	r->confirmed = 0;
	set_verdict(c, r);
	r->gated = r->verdict == SLOWER && r->found[AT_GATE] && c->o->fail_on & FAIL_TOTAL;
}

/*
 * The intervals of rows that were selected because they changed are adjusted for the selection
 * (Benjamini and Yekutieli 2005): for R rows of m, the level is 1 - R q / m.
 */
static void set_intervals(struct comparison *c)
{
	size_t chosen[2] = { 0 };

	for (size_t i = 0; i < c->nrow; i++)
		chosen[c->row[i].kind] += c->row[i].found[TO_LIST];
	for (size_t i = 0; i < c->nrow; i++) {
		struct row *r = &c->row[i];
		const struct family *f = &c->family[r->kind];

		r->alpha = r->found[TO_LIST] ? c->o->q * (double)chosen[r->kind] / (double)f->m :
					       0.05;
		r->low = test_low(&r->test, r->alpha);
		r->high = test_high(&r->test, r->alpha);
	}
}

void verdicts(struct comparison *c)
{
	c->gated = false;
	for (size_t i = 0; i < c->nrow; i++) {
		set_verdict(c, &c->row[i]);
		c->gated |= c->row[i].gated;
	}
	set_total_verdict(c);
	c->gated |= c->total_row.gated;
	set_intervals(c);
}

static bool is_large(const struct comparison *c, const struct row *r)
{
	const double large = 0.05;

	return r->test.cost[BASE] >= large * c->total.cost[BASE];
}

/* Do rows that were found below this one account for most of its rise? */
static bool is_accounted_for(const struct comparison *c, const struct row *r)
{
	return c->accounted[r->item] > test_cost(&r->test) / 2;
}

/*
 * Does a large row seem slower by more than chance explains for one of nlarge rows, though a
 * change above min_effect is not certain?
 */
static bool may_matter(const struct comparison *c, const struct row *r, size_t nlarge)
{
	const double seems = 0.05;

	if (r->kind == INCLUSIVE && r != &c->total_row && is_accounted_for(c, r))
		return false;
	return r->verdict == UNSURE && r->test.change > log1p(c->o->min_effect) && is_large(c, r) &&
	       test_above(&r->test, 0) * (double)nlarge <= seems;
}

static size_t count_large(const struct comparison *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->nrow; i++)
		n += is_large(c, &c->row[i]);
	return max_size(n, 1);
}

/* Order */

static int rank_of(const struct row *r)
{
	static const int ranks[] = {
		[SLOWER] = 1, [SUSPECT] = 2, [APPEARED] = 3, [MOVED] = 4,      [FASTER] = 6,
		[GONE] = 7,   [UNSURE] = 8,  [SAME] = 9,     [EXPLAINED] = 10,
	};

	return r->gated ? 0 : ranks[r->verdict];
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int dx = rank_of(x), dy = rank_of(y);
	double cx = fabs(test_cost(&x->test)), cy = fabs(test_cost(&y->test));

	if (dx != dy)
		return dx - dy;
	if (x->own != y->own)
		return x->own ? -1 : 1;
	if (cx != cy)
		return cx > cy ? -1 : 1;
	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

/* Is the item in nearly every stack, so that its change only repeats that of the total? */
static bool is_beginning(const struct comparison *c, const struct row *r)
{
	static const char *const names[] = {
		"_start", "__libc_start_main", "__libc_start_call_main",
		"main",   "start_thread",      "clone",
		"clone3", "[unknown]"
	};
	const double nearly_all = 0.9;
	struct str name = dict_text(c->items.p->dict, c->items.item[r->item].name);

	if (r->kind != INCLUSIVE)
		return false;
	for (size_t i = 0; i < LEN(names); i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return r->test.share > nearly_all;
}

static bool is_listed(const struct row *r)
{
	return r->verdict != SAME && r->verdict != UNSURE && r->verdict != EXPLAINED;
}

/* Listed rows come first. */
static int compare_listed(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return y->listed != x->listed ? (int)y->listed - (int)x->listed : compare_rows(a, b);
}

void sort_rows(struct comparison *c)
{
	size_t nlarge = count_large(c);

	for (size_t i = 0; i < c->nrow; i++) {
		c->row[i].own = items_is_own(&c->items, c->row[i].item);
		c->row[i].listed = is_listed(&c->row[i]) || (may_matter(c, &c->row[i], nlarge) &&
							     !is_beginning(c, &c->row[i]));
		c->nlisted += c->row[i].listed;
	}
	if (c->nrow)
		qsort(c->row, c->nrow, sizeof(*c->row), compare_listed);
}

/* Budgets */

/* The lower 95% bound for the mean share on the new side. */
static void bound_share(const struct comparison *c, const double *x, struct budget_result *b)
{
	const double alpha = 0.05;
	const struct design *d = &c->design;
	size_t k = d->k[NEW], first = d->k[BASE];
	double squares = 0;

	for (size_t r = first; r < d->n; r++)
		b->share += x[r] / d->samples[r] / (double)k;
	for (size_t r = first; r < d->n; r++)
		squares += pow(x[r] / d->samples[r] - b->share, 2);
	if (k > 1)
		b->low = b->share - student_quantile(alpha, (double)k - 1) *
					    sqrt(squares / (double)(k - 1) / (double)k);
	else if (x[first] > 0)
		b->low = beta_quantile(alpha, x[first], d->samples[first] - x[first] + 1);
}

static void check_budget(struct comparison *c, const struct budget *budget,
			 struct budget_result *result)
{
	uint8_t *wanted = mem_zeroed(c->items.n, 1);
	struct members m;

	for (uint32_t i = 1; i < c->items.n; i++)
		wanted[i] = budget->match(budget->arg,
					  dict_text(c->items.p->dict, c->items.item[i].name));
	members_init(&m, &c->items, &c->matrix, wanted);
	members_clear(&m);
	for (uint32_t i = 1; i < c->items.n; i++)
		if (wanted[i])
			members_add(&m, i, INCLUSIVE, NULL);
	bound_share(c, m.x, result);
	result->exceeded = result->low > budget->limit;
	c->gated |= result->exceeded;
	members_release(&m);
	mem_free(wanted, c->items.n);
}

void check_budgets(struct comparison *c)
{
	c->budget = mem_zeroed(c->o->nbudget, sizeof(*c->budget));
	for (size_t i = 0; i < c->o->nbudget; i++)
		check_budget(c, &c->o->budget[i], &c->budget[i]);
}

void set_outcome(struct comparison *c)
{
	size_t nlarge = count_large(c);

	c->unsure = may_matter(c, &c->total_row, 1);
	for (size_t i = 0; i < c->nrow; i++)
		c->unsure |= may_matter(c, &c->row[i], nlarge);
	c->unsure = c->unsure && !c->gated;
	c->blind = !c->gated && !c->design.identical && !(power_effect(c, 0.1) <= 1);
	if (c->gated)
		c->outcome = FAILED;
	else if (!c->can_gate && !c->design.identical)
		c->outcome = UNDERPOWERED;
	else if (c->required.share > 0 && !(c->required.effect <= c->o->power_effect))
		c->outcome = UNDERPOWERED;
	else if (c->unsure && c->o->fail_on & FAIL_INCONCLUSIVE)
		c->outcome = INCONCLUSIVE;
}
