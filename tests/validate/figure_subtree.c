/* Who is named when a function, with all that it calls, is called more often? */
#include <stdio.h>

#include "figures.h"

/* The time below the function, and the largest part of it: of a callee with all it calls, or its own. */
static double subtree_share(const struct world *w, uint32_t top, double *largest, size_t *n)
{
	double *part = mem_zeroed(w->nfunction, sizeof(*part)), all = 0;

	*n = 0;
	*largest = 0;
	for (size_t i = 0; i < w->nstack; i++) {
		const struct stack_plan *s = &w->stack[i];
		uint32_t at = s->function, up = s->below;

		if (!world_is_below(w, s, top))
			continue;
		for (; at != top && up != top; up = w->parent[up])
			at = up;
		all += s->share;
		part[at] += s->share;
		*n += 1;
	}
	for (uint32_t f = 0; f < w->nfunction; f++)
		*largest = part[f] > *largest ? part[f] : *largest;
	mem_free(part, w->nfunction * sizeof(*part));
	return all;
}

uint32_t choose_subtree(const struct world *w, struct rng *rng)
{
	uint32_t first = (uint32_t)(rng_uniform(rng) * w->nfunction);

	for (uint32_t i = 0; i < w->nfunction; i++) {
		uint32_t f = FIRST_OTHER + (first + i) % (w->nfunction - FIRST_OTHER);
		double largest, share;
		size_t n;

		share = subtree_share(w, f, &largest, &n);
		if (n >= 3 && share >= 0.05 && share <= 0.4 && largest <= 0.7 * share)
			return f;
	}
	return 0;
}

struct tally {
	size_t n, gated, first, others;
};

static void count(const struct comparison *c, const struct world *w, void *arg)
{
	struct tally *t = arg;
	struct str name = str_of(world_name(w->subtree));
	const struct row *r = c->row;

	if (!w->subtree)
		return;
	t->n++;
	if (!c->gated)
		return;
	t->gated++;
	t->first += str_eq(dict_text(c->items.p->dict, c->items.item[r->item].name), name);
	for (size_t i = 1; i < c->nlisted; i++)
		t->others += r[i].verdict == SLOWER || r[i].gated;
}

void figure_subtree(size_t n, struct rng *rng)
{
	static const double rises[] = { 0.1, 0.2, 0.5, 1 };
	static const size_t ks[] = { 5, 10 };

	puts("| runs a side | called more often by | comparisons | gate fails | ranked first | others "
	     "listed |\n|--:|--:|--:|--:|--:|--:|");
	for (size_t i = 0; i < LEN(rises) * LEN(ks); i++) {
		struct setting s = setting_usual();
		struct tally t = { 0 };

		s.k = ks[i / LEN(rises)];
		s.more = 1 + rises[i % LEN(rises)];
		simulate(&s, n / LEN(rises) / LEN(ks), rng, count, &t);
		printf("| %zu | %.0f%% | %zu | %.1f%% | %.1f%% | %.2f a report |\n", s.k,
		       100 * (s.more - 1), t.n, 100 * (double)t.gated / (double)t.n,
		       100 * (double)t.first / (double)t.gated, (double)t.others / (double)t.gated);
		fflush(stdout);
	}
}
