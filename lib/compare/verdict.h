/* The last step: the verdict of each item, and the outcome of the gate. */
#ifndef COMPARE_VERDICT_H
#define COMPARE_VERDICT_H

#include "compare/compare.h"

/* Give every row and the total their verdict, and see what the gate makes of them. */
void verdicts(struct comparison *c);

/* Put the rows to be listed first: worst verdict first, then the largest cost. */
void sort_rows(struct comparison *c);

/* See whether the functions of each budget keep within it. */
void check_budgets(struct comparison *c);

/* What all of it comes to. */
void set_outcome(struct comparison *c);

#endif
