/*
 * Numbers for the rows of a table, from 1 in order of first use, so that writers write only
 * the rows that are used.
 */
#ifndef FORMAT_NUMBERS_H
#define FORMAT_NUMBERS_H

#include <string.h>

#include "base/base.h"

struct numbers {
	uint32_t *number; /* by row; 0 = not used yet */
	size_t nrow;
	uint32_t *row; /* by number */
	size_t cap;
	uint32_t n; /* the next number */
};

static inline void numbers_init(struct numbers *n)
{
	*n = (struct numbers){ .n = 1 };
}

static inline void numbers_release(struct numbers *n)
{
	mem_free(n->number, n->nrow * sizeof(*n->number));
	mem_free(n->row, n->cap * sizeof(*n->row));
}

/* The number of a row; 0 of row 0. */
static inline uint32_t number_of(struct numbers *n, uint32_t row)
{
	size_t was = n->nrow;

	if (!row)
		return 0;
	if (row < n->nrow && n->number[row])
		return n->number[row];
	n->number = mem_grow(n->number, &n->nrow, (size_t)row + 1, sizeof(*n->number));
	memset(n->number + was, 0, (n->nrow - was) * sizeof(*n->number));
	n->row = mem_grow(n->row, &n->cap, (size_t)n->n + 1, sizeof(*n->row));
	n->row[n->n] = row;
	return n->number[row] = n->n++;
}

#endif
