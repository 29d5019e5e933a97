/*
 * Many lists in one array: the elements of list 0, then those of list 1, and so on. They are
 * made by counting sort, in two passes over the elements:
 *
 *	groups_init(&g, nlist);
 *	for (each element)
 *		groups_count(&g, list);
 *	array = mem_zeroed(groups_lay_out(&g), sizeof(*array));
 *	for (each element)
 *		array[groups_place(&g, list)] = element;
 *	for (i = groups_begin(&g, list); i < groups_end(&g, list); i++)
 *		... array[i] ...
 *
 * A list keeps the order in which its elements were placed.
 */
#ifndef ANALYZE_GROUPS_H
#define ANALYZE_GROUPS_H

#include "base/base.h"

struct groups {
	uint32_t *begin; /* by list: its beginning; one more for the end of the last */
	size_t n;        /* lists */
};

void groups_init(struct groups *g, size_t nlist);
void groups_release(struct groups *g);

static inline void groups_count(struct groups *g, size_t list)
{
	g->begin[list + 1]++;
}

/* Lay out the lists after all elements are counted. Returns the number of elements. */
size_t groups_lay_out(struct groups *g);

/* The same for elements that are already in the order of their lists. */
static inline void groups_lay_out_sorted(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		g->begin[i + 1] += g->begin[i];
}

/* The place in the array of the list's next element. */
static inline uint32_t groups_place(struct groups *g, size_t list)
{
	return g->begin[list + 1]++;
}

/* After all elements have their places: */

static inline uint32_t groups_begin(const struct groups *g, size_t list)
{
	return g->begin[list];
}

static inline uint32_t groups_end(const struct groups *g, size_t list)
{
	return g->begin[list + 1];
}

static inline size_t groups_total(const struct groups *g)
{
	return g->begin[g->n];
}

#endif
