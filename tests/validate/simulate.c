/*
 * simulate FIGURE [COMPARISONS [SEED]]: how often comparisons of made-up profiles are
 * right, as Markdown. The same seed gives the same figures.
 */
#include <stdio.h>
#include <stdlib.h>

#include "figures.h"

struct setting setting_usual(void)
{
	return (struct setting){
		.nfunction = 200,
		.noise = { .samples = 20000, .phi = 1.2, .tau = 0.01 },
		.k = 10,
		.o = compare_defaults(),
	};
}

void simulate(const struct setting *s, size_t n, struct rng *rng, visitor *visit, void *arg)
{
	enum { OF_ONE_PROGRAM = 20 };

	while (n) {
		size_t part = min_size(n, OF_ONE_PROGRAM);
		struct runs runs;
		struct world w;

		runs_init(&runs, NULL);
		world_init(&w, &runs, s->nfunction, s->refactor, s->refactored, rng);
		if (s->slow)
			w.factor[s->slow] = s->factor;
		w.subtree = s->more > 0 ? choose_subtree(&w, rng) : 0;
		if (w.subtree)
			world_call_more(&w, w.subtree, s->more);
		for (size_t i = 0; i < part; i++) {
			struct comparison c;

			world_record(&w, &s->noise, (size_t[]){ s->k, s->k }, rng);
			if (!compare(&c, &runs, &s->o)) {
				fprintf(stderr, "simulate: %s\n", c.error);
				exit(2);
			}
			visit(&c, &w, arg);
			comparison_release(&c);
			world_clear(&w);
		}
		world_release(&w);
		runs_release(&runs);
		n -= part;
	}
}

static const struct {
	const char *name;
	void (*print)(size_t n, struct rng *rng);
	size_t n;
} figures[] = {
	{ "false", figure_false, 10000 },          { "power", figure_power, 12000 },
	{ "detectable", figure_detectable, 6000 }, { "coverage", figure_coverage, 1000 },
	{ "blame", figure_blame, 1000 },           { "subtree", figure_subtree, 1600 },
	{ "moves", figure_moves, 3000 },
};

int main(int argc, char **argv)
{
	struct rng rng = { argc > 3 ? (uint64_t)atoll(argv[3]) : 1 };

	program_name = "simulate";
	for (size_t i = 0; argc > 1 && i < LEN(figures); i++) {
		if (strcmp(argv[1], figures[i].name) != 0)
			continue;
		figures[i].print(argc > 2 ? (size_t)atoll(argv[2]) : figures[i].n, &rng);
		return 0;
	}
	fprintf(stderr, "simulate: name a figure:");
	for (size_t i = 0; i < LEN(figures); i++)
		fprintf(stderr, " %s", figures[i].name);
	fputc('\n', stderr);
	return 2;
}
