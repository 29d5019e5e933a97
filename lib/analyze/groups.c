#include "analyze/groups.h"

void groups_init(struct groups *g, size_t nlist)
{
	*g = (struct groups){ .n = nlist };
	g->begin = mem_zeroed(nlist + 1, sizeof(*g->begin));
}

void groups_release(struct groups *g)
{
	mem_free(g->begin, (g->n + 1) * sizeof(*g->begin));
	*g = (struct groups){ 0 };
}

/*
 * Set begin[i + 1] to the beginning of list i. groups_place() advances it: when all elements
 * have their places, it is the end of list i and the beginning of the next one.
 */
size_t groups_lay_out(struct groups *g)
{
	uint32_t at = 0;

	for (size_t i = 1; i <= g->n; i++) {
		uint32_t n = g->begin[i];

		g->begin[i] = at;
		at += n;
	}
	return at;
}
