/* The calls between items that changed. */
#ifndef COMPARE_CALLS_H
#define COMPARE_CALLS_H

#include "compare/items.h"

struct calls {
	struct table edge; /* caller, callee, samples */
	uint32_t *caller;  /* by item: the caller with most samples of it; 0 = none */
	uint32_t nitem;
};

/* Look at all calls of and by items i with of[i] != 0. */
void calls_init(struct calls *c, const struct items *items, const struct matrix *m,
		const uint8_t *of);
void calls_release(struct calls *c);

/* Samples in which a calls b directly, in all runs. */
double calls_between(const struct calls *c, uint32_t a, uint32_t b);

#endif
