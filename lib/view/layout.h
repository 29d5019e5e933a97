/*
 * The layout of boxes: the width of each node of a tree, and a walk over the nodes that
 * are wide enough, from left to right.
 *
 * The unit of widths and edges is that of the tree's column; a view scales them.
 */
#ifndef VIEW_LAYOUT_H
#define VIEW_LAYOUT_H

#include "analyze/tree.h"
#include "view/view.h"

struct layout {
	const struct tree *tree;
	double *weight;    /* by node; NULL: it is the node's total */
	double whole;      /* the width of the picture */
	double all;        /* the base of shares */
	double total;      /* o->total if that is the whole; 0: the sum is the whole */
	double base_scale; /* the factor for base values in comparisons with new ones */
	bool negate;
};

/* The tree must outlive the layout. */
void layout_init(struct layout *l, const struct tree *t, const struct view_options *o);
void layout_release(struct layout *l);

/*
 * The narrowest node that is drawn, as a value, where `whole` is the value of a picture of that
 * many pixels.
 */
double layout_least(const struct view_options *o, double whole, double pixels);

static inline double layout_weight(const struct layout *l, uint32_t node)
{
	return l->weight ? l->weight[node] : (double)l->tree->node[node].total;
}

/* A node's inclusive values on both sides, scaled for comparison. */
struct change {
	double from, to;
};
struct change layout_change(const struct layout *l, uint32_t node);

/*
 * Walk over all nodes from the root on, parents first, siblings in the tree's order:
 *
 *	walk_init(&w, &layout, least);
 *	while (walk_next(&w))
 *		draw(w.node, w.left);
 *	walk_release(&w);
 *
 * Nodes that are narrower than `least`, or have no width, are left out with all their callees.
 */
struct walk {
	const struct layout *l;
	double least;
	bool begun;
	uint32_t node;
	uint32_t depth; /* of the node */
	double left;    /* its left edge */
	double *edge;   /* by depth: the left edge of the open node */
};

void walk_init(struct walk *w, const struct layout *l, double least);
bool walk_next(struct walk *w);
void walk_release(struct walk *w);

#endif
