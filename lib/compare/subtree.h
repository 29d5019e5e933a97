/*
 * A function that is called more often, or on more data, takes all that it calls with it:
 * every part of its subtree rises by one ratio. To list each part says little; the cause is
 * the function at the top.
 */
#ifndef COMPARE_SUBTREE_H
#define COMPARE_SUBTREE_H

#include "compare/compare.h"

/*
 * Find the inclusive rows whose parts all changed by the ratio of the whole, and set
 * row.alike. Of functions that call each other, the lowest one whose parts are more than
 * one: its callers have other parts, or pass it on. Rows have their depth, and m has the
 * stacks of rows that were found.
 */
void find_subtrees(struct comparison *c, struct members *m);

#endif
