/*
 * Subtrees that changed as one. If a function is called more often, or with more data, every
 * part of its subtree rises by the same ratio. A list of the parts would not help; the cause is
 * at the function at the top.
 */
#ifndef COMPARE_SUBTREE_H
#define COMPARE_SUBTREE_H

#include "compare/compare.h"

/*
 * Find the inclusive rows whose parts all changed by the ratio of the whole, and set row.alike.
 * Of functions that call each other, this is the lowest one with more than one part: its
 * callers have other parts, or only call it. Rows must have their depth, and m the stacks of
 * rows that were found.
 */
void find_subtrees(struct comparison *c, struct members *m);

#endif
