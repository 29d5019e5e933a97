/*
 * The callers of a slower function are slower, too. Those that are not slower without its
 * samples are explained by it, and are not reported.
 */
#ifndef COMPARE_RESIDUAL_H
#define COMPARE_RESIDUAL_H

#include "compare/compare.h"

enum direction { DECREASE, INCREASE, DIRECTIONS }; /* of cost: row.up is INCREASE */

/*
 * Go through the rows that were found, callees first: a row whose change is still
 * there without the stacks that others account for stays SLOWER or FASTER, and
 * accounts for its own; the rest becomes EXPLAINED, or loses its place at the gate.
 * Sets owner[r->up]: by stack, the number of the row r that accounts for it, plus 1.
 */
void residual(struct comparison *c, struct members *m, uint32_t *const owner[DIRECTIONS]);

#endif
