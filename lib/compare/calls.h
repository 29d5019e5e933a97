/* The calls between items that changed. */
#ifndef COMPARE_CALLS_H
#define COMPARE_CALLS_H

#include "compare/items.h"

struct calls {
	struct table edge; /* caller, callee, samples */
	uint32_t *caller;  /* by item: the caller with the most samples; 0 = none */
	uint32_t nitem;
};

/* Collect the calls to and from items i with of[i] != 0. */
void calls_init(struct calls *c, const struct items *items, const struct matrix *m,
		const uint8_t *of);
void calls_release(struct calls *c);

/* The number of samples, in all runs, in which a calls b directly. */
double calls_between(const struct calls *c, uint32_t a, uint32_t b);

#endif
