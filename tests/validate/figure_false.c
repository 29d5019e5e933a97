/* Both sides are the same program: how often does the gate fail? */
#include <stdio.h>

#include "figures.h"

enum { DESIGNS = 6 }; /* K = 3, 5, 10, in pairs or not */

struct tally {
	size_t n, gated, threshold, z, right;
};

static void count(const struct comparison *c, const struct world *w, void *arg)
{
	struct tally *t = arg;

	(void)w;
	t->n++;
	t->gated += c->gated;
	t->threshold += naive_threshold(c);
	t->z += naive_z(c);
}

static double percent(size_t part, size_t n)
{
	return 100 * (double)part / (double)(n ? n : 1);
}

static void print_row(const char *name, const struct tally *t)
{
	printf("| %s | %zu | %zu | **%.2f%%** | %.1f%% | %.1f%% |\n", name, t->n, t->gated,
	       percent(t->gated, t->n), percent(t->z, t->n), percent(t->threshold, t->n));
}

static void add(struct tally *to, const struct tally *t)
{
	to->n += t->n;
	to->gated += t->gated;
	to->threshold += t->threshold;
	to->z += t->z;
}

/* The cells of the grid: functions, phi, tau and shape; samples and speed alternate. */
static struct setting cell(size_t i, size_t round)
{
	static const uint32_t ms[] = { 20, 200, 2000 };
	static const double phis[] = { 0.5, 1, 3 }, taus[] = { 0, 0.01, 0.05 };
	struct setting s = setting_usual();

	s.nfunction = ms[i % 3];
	s.noise.phi = phis[i / 3 % 3];
	s.noise.tau = taus[i / 9 % 3];
	s.noise.shape = (enum shape)(i / 27 % NSHAPE);
	s.noise.samples = round % 2 ? 5000 : 20000;
	s.noise.speed = round % 4 < 2 ? 0 : 0.03;
	return s;
}

/*
 * Functions that take one of two times, depending on where their code happens to lie: what t tests
 * assume is wrong.
 */
static void print_modes(size_t n, struct rng *rng)
{
	static const size_t ks[] = { 3, 4, 5, 10 };

	for (size_t i = 0; i < LEN(ks); i++) {
		struct setting s = setting_usual();
		struct tally t = { 0 };
		char name[32];

		s.k = ks[i];
		s.noise.shape = SHAPE_MODES;
		for (size_t done = 0; done < n / 10; done += 4)
			simulate(&s, 4, rng, count, &t);
		snprintf(name, sizeof(name), "two modes, %zu", s.k);
		print_row(name, &t);
	}
}

void figure_false(size_t n, struct rng *rng)
{
	static const size_t ks[] = { 3, 5, 10 };
	enum { CELLS = 81 };
	struct tally by_design[DESIGNS] = { 0 }, by_shape[NSHAPE] = { 0 }, all = { 0 };
	static const char *const shapes[] = { "normal", "heavy tails", "callers in common" };
	size_t done = 0;

	for (size_t round = 0; done < n; round++) {
		for (size_t i = 0; i < CELLS * DESIGNS && done < n; i++) {
			struct setting s = cell(i / DESIGNS, round);
			struct tally t = { 0 };
			size_t d = i % DESIGNS;

			s.k = ks[d / 2];
			s.noise.round = d % 2 ? 0.03 : 0;
			simulate(&s, 4, rng, count, &t);
			add(&by_design[d], &t);
			add(&by_shape[s.noise.shape], &t);
			add(&all, &t);
			done += t.n;
		}
	}
	puts("| runs a side | comparisons | failed | false failures | z test | threshold |\n"
	     "|---|--:|--:|--:|--:|--:|");
	for (size_t d = 0; d < DESIGNS; d++) {
		char name[32];

		snprintf(name, sizeof(name), "%zu%s", ks[d / 2], d % 2 ? ", in pairs" : "");
		print_row(name, &by_design[d]);
	}
	for (size_t i = 0; i < NSHAPE; i++)
		print_row(shapes[i], &by_shape[i]);
	print_row("all", &all);
	print_modes(n, rng);
}
