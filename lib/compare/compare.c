#include "compare/compare.h"

#include <math.h>

#include "compare/blame.h"
#include "compare/moved.h"
#include "compare/permute.h"
#include "compare/power.h"
#include "compare/residual.h"
#include "compare/verdict.h"

struct options compare_defaults(void)
{
	return (struct options){
		.self = true,
		.inclusive = true,
		.min_effect = 0.01,
		.min_cost = 0.001,
		.q = 0.05,
		.gate_q = 0.01,
		.fail_on = FAIL_REGRESSION,
		.seed = 1,
	};
}

/*
 * Set the levels of the gate. If random labellings have to confirm a row, tests may be half as
 * strict. With too few runs for labellings that are rare enough, tests must be stricter.
 * tests/validate/RESULTS.md has the measurements, and the resulting error rates.
 */
static void set_levels(struct comparison *c)
{
	c->confirm_q = c->o->gate_q / (c->design.order == ORDER_SEQUENTIAL ? 5 : 1);
	c->permuted = permute_can_confirm(&c->design, c->confirm_q);
	c->gate_q = c->permuted ? 2 * c->confirm_q : c->confirm_q / 2;
}

/*
 * The part of the levels that a family gets, by its number of tests. Inclusive tests count
 * half, since they repeat each other. If the gate fails for the total, too, the test of the
 * total gets a third of the whole.
 */
static double part_of(const struct comparison *c, const struct family *f)
{
	static const double counts[] = { [SELF] = 1, [INCLUSIVE] = 0.5 };
	double all = 0;

	for (size_t i = 0; i < KINDS; i++)
		all += counts[i] * (double)c->family[i].m;
	return (c->o->fail_on & FAIL_TOTAL ? 2.0 / 3 : 1) * counts[f->kind] * (double)f->m / all;
}

static bool test_families(struct comparison *c)
{
	const struct options *o = c->o;
	const struct design *d = &c->design;
	struct family *self = NULL;
	size_t m = 0;

	if (o->self && o->by != BY_PATH) {
		self = &c->family[SELF];
		family_init(self, SELF, &c->items, &c->matrix, d, NULL);
	}
	if (o->inclusive || o->by == BY_PATH)
		family_init(&c->family[INCLUSIVE], INCLUSIVE, &c->items, &c->matrix, d, self);
	for (size_t i = 0; i < KINDS; i++) {
		struct family *f = &c->family[i];

		m += f->m;
		if (f->m)
			family_test(f, &c->items, d, o, c->gate_q, part_of(c, f));
	}
	return m > 0;
}

/* Rows */

/* Is the change of the cost large enough to report? */
static bool costs_enough(const struct comparison *c, const struct test *t)
{
	return fabs(test_cost(t)) >= c->o->min_cost * c->total.cost[BASE];
}

static void fill_row(struct comparison *c, struct row *r, const struct family *f, size_t i)
{
	const struct test *t = &f->test[i];
	bool up = t->change > 0, matters = costs_enough(c, t);

	*r = (struct row){
		.kind = f->kind,
		.item = f->item[i],
		.index = i,
		.test = *t,
		.up = up,
		.p = up ? f->p[i] : f->p_faster[i],
		.q = up ? f->q[i] : f->q_faster[i],
		.confirmed = 1,
		.found = { matters && (up ? f->found[TO_LIST][i] : f->found_faster[i]),
			   matters && up && f->found[AT_GATE][i] },
	};
	if (up)
		r->verdict = t->single.x[BASE] > 0 ? SLOWER : APPEARED;
	else
		r->verdict = t->single.x[NEW] > 0 ? FASTER : GONE;
}

static void make_rows(struct comparison *c)
{
	size_t at = 0;

	for (size_t i = 0; i < KINDS; i++)
		c->nrow += c->family[i].m;
	c->row = mem_zeroed(c->nrow, sizeof(*c->row));
	for (size_t i = 0; i < KINDS; i++)
		for (size_t j = 0; j < c->family[i].m; j++)
			fill_row(c, &c->row[at++], &c->family[i], j);
}

static void confirm_rows(struct comparison *c)
{
	double *p[KINDS] = { 0 };
	size_t at = 0;

	if (!c->permuted)
		return;
	for (size_t i = 0; i < KINDS; i++)
		p[i] = mem_zeroed(c->family[i].m, sizeof(*p[i]));
	permute(c->family, &c->design, c->gate_q, c->o->seed, p);
	for (size_t i = 0; i < KINDS; i++) {
		for (size_t j = 0; j < c->family[i].m; j++)
			c->row[at++].confirmed = p[i][j];
		mem_free(p[i], c->family[i].m * sizeof(*p[i]));
	}
}

/* Attribution */

static void find_costs(struct comparison *c)
{
	const struct design *d = &c->design;

	c->cost = mem_zeroed(c->matrix.nstack, sizeof(*c->cost));
	for (uint32_t i = 0; i < c->matrix.nstack; i++) {
		size_t n;
		const struct entry *e = matrix_stack(&c->matrix, i, &n);

		for (size_t j = 0; j < n; j++) {
			bool base = e[j].run < d->k[BASE];
			double cost = design_cost(d, e[j].run, (double)e[j].x);

			c->cost[i] += base ? -cost / (double)d->k[BASE] : cost / (double)d->k[NEW];
		}
	}
}

/* Mark the items whose stacks are needed: those that changed, and their callers. */
static uint8_t *find_wanted(const struct comparison *c)
{
	uint8_t *wanted = mem_zeroed(c->items.n, 1);

	for (size_t i = 0; i < c->nrow; i++)
		wanted[c->row[i].item] |= c->row[i].found[TO_LIST];
	return wanted;
}

static void write_paths(struct comparison *c, const struct members *m)
{
	struct buf path = { 0 };

	for (size_t i = 0; c->items.by != BY_PATH && i < c->nrow; i++) {
		struct row *r = &c->row[i];

		if (!r->found[TO_LIST] || r->verdict == EXPLAINED)
			continue;
		path.n = 0;
		blame_row(c, m, r, &path);
		r->path = arena_str(&c->text, buf_str(&path));
	}
	path.n = 0;
	if (comparison_total_rose(c))
		blame_total(c, &path);
	c->blame = arena_str(&c->text, buf_str(&path));
	buf_release(&path);
}

static void account_for_stack(struct comparison *c, uint32_t stack)
{
	size_t n;
	const uint32_t *item = items_of(&c->items, stack, &n);

	c->explained += c->cost[stack];
	for (size_t i = 0; i < n; i++)
		c->accounted[item[i]] += c->cost[stack];
}

static void attribute_changes(struct comparison *c)
{
	uint32_t nstack = c->matrix.nstack;
	uint32_t *owner[DIRECTIONS] = { mem_zeroed(nstack, sizeof(uint32_t)),
					mem_zeroed(nstack, sizeof(uint32_t)) };
	uint8_t *wanted = find_wanted(c);
	struct calls calls;
	struct members m;

	calls_init(&calls, &c->items, &c->matrix, wanted);
	for (size_t i = 0; i < c->nrow; i++)
		if (c->row[i].found[TO_LIST])
			wanted[calls.caller[c->row[i].item]] = 1;
	members_init(&m, &c->items, &c->matrix, wanted);
	residual(c, &m, owner);
	find_moved(c, &m, &calls);
	write_paths(c, &m);
	c->accounted = mem_zeroed(c->items.n, sizeof(*c->accounted));
	for (uint32_t i = 0; i < nstack; i++)
		if (owner[DECREASE][i] || owner[INCREASE][i])
			account_for_stack(c, i);
	members_release(&m);
	calls_release(&calls);
	mem_free(wanted, c->items.n);
	mem_free(owner[DECREASE], nstack * sizeof(uint32_t));
	mem_free(owner[INCREASE], nstack * sizeof(uint32_t));
}

static void find_power(struct comparison *c)
{
	static const double shares[] = { 0.01, 0.05, 0.20 };

	for (size_t i = 0; i < LEN(shares); i++) {
		c->power[i].share = shares[i];
		c->power[i].effect = c->design.identical ? INFINITY : power_effect(c, shares[i]);
	}
	if (c->o->power_share > 0)
		c->required = (struct power){ power_effect(c, c->o->power_share),
					      c->o->power_share };
}

static bool compare_fail(struct comparison *c, const char *why)
{
	c->error = why;
	return false;
}

bool compare(struct comparison *c, struct runs *runs, const struct options *o)
{
	*c = (struct comparison){ .o = o, .runs = runs };
	if (!design_init(&c->design, runs, o))
		return compare_fail(c, c->design.error.p);
	matrix_init(&c->matrix, runs, &c->design);
	items_init(&c->items, &runs->profile, &c->matrix, o);
	set_levels(c);
	c->can_gate = o->allow_single || min_size(c->design.k[BASE], c->design.k[NEW]) > 1;
	test_total(&c->total, &c->design);
	if (!test_families(c))
		return compare_fail(c, "too few samples to compare anything");
	make_rows(c);
	confirm_rows(c);
	find_costs(c);
	attribute_changes(c);
	find_power(c);
	verdicts(c);
	check_budgets(c);
	sort_rows(c);
	set_outcome(c);
	return true;
}

void comparison_release(struct comparison *c)
{
	for (size_t i = 0; i < KINDS; i++)
		family_release(&c->family[i]);
	mem_free(c->accounted, c->accounted ? c->items.n * sizeof(*c->accounted) : 0);
	if (c->items.p)
		items_release(&c->items);
	mem_free(c->cost, c->cost ? c->matrix.nstack * sizeof(*c->cost) : 0);
	if (c->matrix.by_stack.begin)
		matrix_release(&c->matrix);
	mem_free(c->row, c->nrow * sizeof(*c->row));
	mem_free(c->budget, c->budget ? c->o->nbudget * sizeof(*c->budget) : 0);
	design_release(&c->design);
	arena_release(&c->text);
	*c = (struct comparison){ 0 };
}

bool compare_power_reached(struct runs *runs, const struct options *o, double effect, double share)
{
	struct comparison c;
	bool reached = compare(&c, runs, o) && power_effect(&c, share) <= effect;

	comparison_release(&c);
	return reached;
}
