/* Reordering the siblings of a tree, for orders other than by name. */
#ifndef ANALYZE_TREE_ORDER_H
#define ANALYZE_TREE_ORDER_H

#include "analyze/tree.h"

/* TREE_BY_TOTAL: the larger of both sides decides. */
void tree_order_by_total(struct tree *t);

/* TREE_AS_STACKS. */
void tree_order_as_stacks(struct tree *t, const struct dictionary *d,
			  const struct frame_names *names);

#endif
