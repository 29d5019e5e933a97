/* Are intervals, blame and the excuses for moved code right? */
#include <math.h>
#include <stdio.h>

#include "figures.h"

/* Intervals */

struct cover {
	size_t n, inside;
};

/* The function that an item is: world_name() backwards. */
static uint32_t function_of(const struct comparison *c, const struct world *w, uint32_t item)
{
	struct str name = dict_text(c->items.p->dict, c->items.item[item].name);

	for (uint32_t f = 0; f < w->nfunction; f++)
		if (str_eq(name, str_of(world_name(f))))
			return f;
	return 0;
}

static void cover(const struct comparison *c, const struct world *w, void *arg)
{
	struct cover *t = arg;

	for (size_t i = 0; i < c->nrow; i++) {
		const struct row *r = &c->row[i];
		double truth;

		if (r->kind != SELF)
			continue;
		truth = log(w->factor[function_of(c, w, r->item)]);
		t->n++;
		t->inside += test_low(&r->test, 0.05) <= truth &&
			     truth <= test_high(&r->test, 0.05);
	}
}

void figure_coverage(size_t n, struct rng *rng)
{
	static const double taus[] = { 0, 0.01, 0.05 };

	puts("| runs a side | run to run | intervals | cover |\n|--:|--:|--:|--:|");
	for (size_t i = 0; i < 9; i++) {
		static const size_t ks[] = { 3, 5, 10 };
		struct setting s = setting_usual();
		struct cover t = { 0 };

		s.k = ks[i / 3];
		s.noise.tau = taus[i % 3];
		s.slow = CULPRIT_20;
		s.factor = 1.1;
		simulate(&s, n / 9, rng, cover, &t);
		printf("| %zu | %.0f%% | %zu | %.1f%% |\n", s.k, 100 * s.noise.tau, t.n,
		       100 * (double)t.inside / (double)t.n);
	}
}

/* Blame */

struct blame {
	const char *name;
	size_t n, found, first, others;
};

static bool is_named(const struct comparison *c, const struct row *r, const char *name)
{
	return str_eq(dict_text(c->items.p->dict, c->items.item[r->item].name), str_of(name));
}

static void count_blame(const struct comparison *c, const struct world *w, void *arg)
{
	struct blame *t = arg;

	(void)w;
	t->n++;
	if (!find_gated(c, t->name))
		return;
	t->found++;
	t->first += is_named(c, &c->row[0], t->name);
	for (size_t i = 0; i < c->nlisted; i++)
		t->others += (c->row[i].verdict == SLOWER || c->row[i].gated) &&
			     !is_named(c, &c->row[i], t->name);
}

void figure_blame(size_t n, struct rng *rng)
{
	static const struct {
		uint32_t function;
		double rise;
	} cases[] = { { CULPRIT_1, 0.5 },
		      { CULPRIT_5, 0.2 },
		      { CULPRIT_5, 0.5 },
		      { CULPRIT_20, 0.1 },
		      { CULPRIT_20, 0.5 } };

	puts("| slower | found | ranked first | others listed |\n|---|--:|--:|--:|");
	for (size_t i = 0; i < LEN(cases); i++) {
		struct setting s = setting_usual();
		struct blame t = { 0 };
		char name[32];

		snprintf(name, sizeof(name), "%s", world_name(cases[i].function));
		t.name = name;
		s.slow = cases[i].function;
		s.factor = 1 + cases[i].rise;
		simulate(&s, n / LEN(cases), rng, count_blame, &t);
		printf("| %s +%.0f%% | %zu of %zu | %.1f%% | %.3f a report |\n", name,
		       100 * cases[i].rise, t.found, t.n, 100 * (double)t.first / (double)t.found,
		       (double)t.others / (double)t.found);
	}
}

/* Moves */

static void count_gated(const struct comparison *c, const struct world *w, void *arg)
{
	(void)w;
	*(size_t *)arg += c->gated;
}

/* How often the gate fails after a change of the code, and one of the time. */
static double gated(enum refactor how, double factor, size_t n, struct rng *rng)
{
	static const uint32_t which[] = { CULPRIT_20, CULPRIT_5, FIRST_OTHER, FIRST_OTHER + 1 };
	size_t found = 0, part = n / LEN(which);

	for (size_t i = 0; i < LEN(which); i++) {
		struct setting s = setting_usual();

		s.refactor = how;
		s.refactored = which[i];
		s.slow = which[i];
		s.factor = factor;
		simulate(&s, part, rng, count_gated, &found);
	}
	return (double)found / (double)(part * LEN(which));
}

void figure_moves(size_t n, struct rng *rng)
{
	static const char *const names[] = { "nothing",
					     "renamed",
					     "inlined",
					     "split in two",
					     "callees moved up",
					     "wrapped",
					     "shifted among inlined" };
	size_t part = n / NREFACTOR / 2;
	double power = 0;

	puts("| code | gated | gated if 20% slower, too | of the power unmoved |\n"
	     "|---|--:|--:|--:|");
	for (int how = REFACTOR_NONE; how < NREFACTOR; how++) {
		double false_rate = gated((enum refactor)how, 1, part, rng);
		double found = gated((enum refactor)how, 1.2, part, rng);

		if (how == REFACTOR_NONE)
			power = found;
		printf("| %s | %.1f%% | %.1f%% | %.2f |\n", names[how], 100 * false_rate,
		       100 * found, found / power);
		fflush(stdout);
	}
}
