/* The last step: the verdict of each item, and the outcome of the gate. */
#ifndef COMPARE_VERDICT_H
#define COMPARE_VERDICT_H

#include "compare/compare.h"

/* Set the verdicts of every row and of the total, and whether the gate fails for them. */
void verdicts(struct comparison *c);

/* Sort the rows: listed ones first, by verdict from the worst on, then by cost. */
void sort_rows(struct comparison *c);

/* Check whether the functions of each budget stay within it. */
void check_budgets(struct comparison *c);

/* Set the outcome of the comparison. */
void set_outcome(struct comparison *c);

#endif
