/* What else can be done to a tree before it is drawn. */
#ifndef VIEW_ORDER_H
#define VIEW_ORDER_H

#include "profile/tree.h"

/*
 * Link siblings in the order in which the profile's stacks have them, for a tree
 * of any order.
 */
void order_as_came(struct tree *t, struct profile *p);

/*
 * Chain graphs (flamegraph.pl's "chain" palette): stacks joined by frames called
 * "--", the blocked one first. Mark the frames of those who woke it with "_[w]".
 */
void mark_wakers(struct tree *t, struct profile *p);

#endif
