/*
 * The callers of a slower function are slower, too. Callers that are not slower without its
 * samples are explained by it, and are not reported.
 */
#ifndef COMPARE_RESIDUAL_H
#define COMPARE_RESIDUAL_H

#include "compare/compare.h"

enum direction { DECREASE, INCREASE, DIRECTIONS }; /* of cost: row.up is INCREASE */

/*
 * Test the rows that were found, callees first, without the stacks for which other rows
 * account. A row that is still changed stays SLOWER or FASTER, and accounts for the rest of its
 * stacks. The others become EXPLAINED, or are no longer gated. Sets owner[r->up]: by stack, 1 +
 * the number of the row r that accounts for it.
 */
void residual(struct comparison *c, struct members *m, uint32_t *const owner[DIRECTIONS]);

#endif
