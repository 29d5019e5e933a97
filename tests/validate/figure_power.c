/* One function got slower: how often is it found, and is that what was predicted? */
#include <math.h>
#include <stdio.h>

#include "figures.h"

static const struct {
	uint32_t function;
	double share, rise;
} cases[] = { { CULPRIT_5, 0.05, 0.10 }, { CULPRIT_1, 0.01, 0.20 }, { CULPRIT_20, 0.20, 0.05 } };

struct tally {
	uint32_t function;
	size_t n, found, gated;
	double effect[3];
};

static void count(const struct comparison *c, const struct world *w, void *arg)
{
	struct tally *t = arg;

	(void)w;
	t->n++;
	t->gated += c->gated;
	t->found += t->function && find_gated(c, world_name(t->function));
	for (size_t i = 0; i < 3; i++)
		t->effect[i] += c->power[i].effect;
}

static double power_of(const struct setting *usual, uint32_t function, double rise, size_t n,
		       struct rng *rng)
{
	struct setting s = *usual;
	struct tally t = { .function = function };

	s.slow = function;
	s.factor = 1 + rise;
	simulate(&s, n, rng, count, &t);
	return (double)t.found / (double)t.n;
}

/* Nothing changed, over a few kinds of noise. */
static double false_failures(struct setting s, size_t n, struct rng *rng)
{
	static const double phis[] = { 0.5, 1.2, 3 }, taus[] = { 0.01, 0.05 };
	struct tally t = { 0 };

	for (size_t i = 0; i < 12; i++) {
		s.noise.phi = phis[i % 3];
		s.noise.tau = taus[i / 3 % 2];
		s.k = i / 6 ? 5 : 10;
		simulate(&s, n / 12, rng, count, &t);
	}
	return (double)t.gated / (double)t.n;
}

void figure_power(size_t n, struct rng *rng)
{
	static const double floors[] = { 0, 0.005, 0.01, 0.015, 0.02, 0.03 };
	size_t part = n / LEN(floors) / 6;

	puts("| --min-effect | false failures | +10% of 5% | +20% of 1% | +5% of 20% |\n"
	     "|--:|--:|--:|--:|--:|");
	for (size_t i = 0; i < LEN(floors); i++) {
		struct setting s = setting_usual();

		s.o.min_effect = floors[i];
		printf("| %.1f%% | %.2f%% |", 100 * floors[i],
		       100 * false_failures(s, part * 3, rng));
		for (size_t j = 0; j < LEN(cases); j++)
			printf(" %.3f |",
			       power_of(&s, cases[j].function, cases[j].rise, part, rng));
		puts("");
		fflush(stdout);
	}
}

/* Where a rise is found four times in five: by powers around what was predicted. */
static double find_effect(const struct setting *s, uint32_t function, double predicted, size_t n,
			  struct rng *rng)
{
	static const double factors[] = { 0.7, 0.85, 1, 1.15, 1.3 };
	double before = NAN, at = NAN;

	for (size_t i = 0; i < LEN(factors); i++) {
		double power = power_of(s, function, predicted * factors[i], n, rng);

		if (power >= 0.8 && i && before < 0.8)
			return predicted *
			       (factors[i - 1] +
				(factors[i] - factors[i - 1]) * (0.8 - before) / (power - before));
		if (power >= 0.8)
			return predicted * factors[i];
		before = power;
	}
	return at;
}

void figure_detectable(size_t n, struct rng *rng)
{
	static const size_t order[] = { 1, 0, 2 }; /* the cases by share */
	size_t part = n / 36;

	puts("| runs a side | share | predicted | found | ratio |\n|--:|--:|--:|--:|--:|");
	for (size_t k = 5; k <= 10; k += 5) {
		struct setting s = setting_usual();
		struct tally t = { 0 };

		s.k = k;
		simulate(&s, part, rng, count, &t);
		for (size_t i = 0; i < 3; i++) {
			double predicted = t.effect[i] / (double)t.n;
			double found = find_effect(&s, cases[order[i]].function, predicted, part,
						   rng);

			printf("| %zu | %.0f%% | +%.1f%% | +%.1f%% | %.2f |\n", k,
			       100 * cases[order[i]].share, 100 * predicted, 100 * found,
			       predicted / found);
			fflush(stdout);
		}
	}
}
