/*
 * The number of samples of each stack in each run: a sparse matrix, stack by stack.
 * Samples that differ only in labels are added.
 */
#ifndef COMPARE_MATRIX_H
#define COMPARE_MATRIX_H

#include "analyze/groups.h"
#include "compare/design.h"

struct entry {
	uint32_t run; /* index in the design */
	float x;      /* samples; may be a fraction if samples have weights */
};

struct matrix {
	uint32_t nstack;        /* stacks of the profile, including stack 0 */
	struct groups by_stack; /* the entries of each stack */
	struct entry *entry;
	size_t nrun;
};

void matrix_init(struct matrix *m, const struct runs *runs, const struct design *d);
void matrix_release(struct matrix *m);

/* The entries of a stack. */
static inline const struct entry *matrix_stack(const struct matrix *m, uint32_t stack, size_t *n)
{
	*n = groups_end(&m->by_stack, stack) - groups_begin(&m->by_stack, stack);
	return m->entry + groups_begin(&m->by_stack, stack);
}

static inline bool matrix_has(const struct matrix *m, uint32_t stack)
{
	return groups_begin(&m->by_stack, stack) < groups_end(&m->by_stack, stack);
}

/* The sum of a stack's samples. */
double matrix_sum(const struct matrix *m, uint32_t stack);

/* Add the samples of a stack to x, which has one element for each run. */
void matrix_add(const struct matrix *m, uint32_t stack, double *x);

#endif
