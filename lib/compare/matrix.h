/*
 * How many samples each stack has in each run: a sparse matrix, stack by stack.
 * Labels are added up.
 */
#ifndef COMPARE_MATRIX_H
#define COMPARE_MATRIX_H

#include "compare/design.h"

struct entry {
	uint32_t run; /* index in the design */
	float x;      /* samples; may be a fraction where samples weigh differently */
};

struct matrix {
	uint32_t nstack;     /* as many as the profile has, stack 0 included */
	uint32_t *first;     /* by stack, and one behind the last: into entry */
	struct entry *entry; /* of the stacks in turn */
	size_t nrun;
};

void matrix_init(struct matrix *m, const struct runs *runs, const struct design *d);
void matrix_release(struct matrix *m);

/* The entries of a stack. */
static inline const struct entry *matrix_stack(const struct matrix *m, uint32_t stack, size_t *n)
{
	*n = m->first[stack + 1] - m->first[stack];
	return m->entry + m->first[stack];
}

/* All samples of a stack. */
double matrix_sum(const struct matrix *m, uint32_t stack);

/* Add the samples of a stack to x, which has one element a run. */
void matrix_add(const struct matrix *m, uint32_t stack, double *x);

#endif
