#include "view/layout.h"

#include <math.h>

/* What the node's own value adds to its width and to those of its ancestors. */
static double own_weight(const struct layout *l, uint32_t node, enum diff_width by)
{
	const struct tree *t = l->tree;
	double self = (double)t->node[node].self, base;

	if (!t->diff)
		return self;
	base = (double)t->base_self[node] * l->base_scale;
	switch (by) {
	case WIDTH_NEW: return t->node[node].total ? self : base;
	case WIDTH_BASE: return t->base_total[node] ? base : self;
	case WIDTH_DIFFERENCE: return fabs(self - base);
	case WIDTH_UNION: break;
	}
	return self > base ? self : base;
}

static void set_weights(struct layout *l, enum diff_width by)
{
	uint32_t n = l->tree->n;

	if (!l->tree->diff)
		return;
	l->weight = mem_zeroed(n, sizeof(*l->weight));
	for (uint32_t i = n; i-- > 0;) {
		l->weight[i] += own_weight(l, i, by);
		if (i)
			l->weight[l->tree->node[i].parent] += l->weight[i];
	}
}

void layout_init(struct layout *l, const struct tree *t, const struct view_options *o)
{
	*l = (struct layout){ .tree = t, .base_scale = 1, .negate = o->negate };
	if (t->diff && o->normalize && t->base_total[0] > 0 && t->node[0].total > 0)
		l->base_scale = (double)t->node[0].total / (double)t->base_total[0];
	set_weights(l, o->diff_width);
	l->whole = layout_weight(l, 0);
	l->all = t->diff ? (double)t->node[0].total : l->whole;
	if (o->total > l->whole)
		l->whole = l->all = l->total = o->total;
}

void layout_release(struct layout *l)
{
	mem_free(l->weight, l->tree->n * sizeof(*l->weight));
}

double layout_least(const struct view_options *o, double whole, double pixels)
{
	return o->minwidth_percent ? o->minwidth * whole / 100 : o->minwidth / (pixels / whole);
}

struct change layout_change(const struct layout *l, uint32_t node)
{
	double base = (double)l->tree->base_total[node] * l->base_scale;
	double now = (double)l->tree->node[node].total;

	return l->negate ? (struct change){ now, base } : (struct change){ base, now };
}

/* Walking */

void walk_init(struct walk *w, const struct layout *l, double least)
{
	*w = (struct walk){ .l = l, .least = least };
	w->edge = mem_zeroed((size_t)l->tree->depth + 1, sizeof(*w->edge));
}

void walk_release(struct walk *w)
{
	mem_free(w->edge, ((size_t)w->l->tree->depth + 1) * sizeof(*w->edge));
}

static bool is_wide(const struct walk *w, double weight)
{
	return weight > 0 && weight >= w->least;
}

static bool open_node(struct walk *w, uint32_t node, uint32_t depth, double left)
{
	w->node = node;
	w->depth = depth;
	w->left = w->edge[w->depth] = left;
	return true;
}

bool walk_next(struct walk *w)
{
	const struct tree_node *all = w->l->tree->node;
	uint32_t open = w->node, depth = w->depth, next = all[open].first;
	double left = w->left;

	if (!w->begun)
		return w->begun = open_node(w, 0, 0, 0);
	for (;;) {
		for (; next; next = all[next].next) {
			double weight = layout_weight(w->l, next);

			if (is_wide(w, weight))
				return open_node(w, next, depth + 1, left);
			left += weight;
		}
		if (!open)
			return false;
		left = w->edge[depth--] + layout_weight(w->l, open);
		next = all[open].next;
		open = all[open].parent;
	}
}
