/* Parts of a tree that all of its builders need. */
#ifndef ANALYZE_TREE_PARTS_H
#define ANALYZE_TREE_PARTS_H

#include "analyze/tree.h"

/* Make t->flags. */
void tree_find_flags(struct tree *t, const struct dictionary *d, const struct frame_names *names);

/*
 * Link the nodes, whose numbers are in the order of siblings, and add up their totals. Before,
 * links and totals are 0.
 */
void tree_add_up(struct tree *t);

#endif
