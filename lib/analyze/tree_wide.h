/*
 * The tree of a column without what is too narrow to be drawn. A large profile has millions of
 * nodes, of which a picture shows thousands.
 */
#ifndef ANALYZE_TREE_WIDE_H
#define ANALYZE_TREE_WIDE_H

#include "analyze/sorted.h"
#include "analyze/tree.h"

/*
 * Build the tree, in order of names, of stacks that were sorted as a tree, which have only values
 * above 0 and no base. Nodes whose total is less than `least` have no callees: their own values
 * are those of all their callees, too. Sets t->has_name; t->depth may be too large.
 */
void tree_build_wide(struct tree *t, const struct profile *p, const struct sorted *s,
		     const struct frame_names *names, double least);

/*
 * Can tree_build_wide() take these stacks? If so, *sum is that of their values, which does not
 * overflow.
 */
bool tree_can_be_wide(const struct sorted *s, int64_t *sum);

#endif
