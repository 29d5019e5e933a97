/*
 * The nodes of sorted stacks are added in order, callers before callees. Once a stack does not
 * share a node, the node's total is known: if it is narrow, its callees, which are the last nodes
 * so far, are dropped at once.
 */
#include "analyze/tree_wide.h"

#include "analyze/tree_parts.h"

/* A node to which callees may still be added. */
struct open_node {
	uint32_t node;
	int64_t total; /* so far */
};

struct wide {
	struct tree *t;
	struct open_node *path; /* by depth */
	size_t path_cap;
	uint32_t open; /* depth of the path */
	double least;
};

static void open_node(struct wide *w, str_id name)
{
	struct tree *t = w->t;

	if (t->n >= t->cap)
		t->node = mem_grow(t->node, &t->cap, (size_t)t->n + 1, sizeof(*t->node));
	if (++w->open >= w->path_cap)
		w->path = mem_grow(w->path, &w->path_cap, (size_t)w->open + 1, sizeof(*w->path));
	t->node[t->n] = (struct tree_node){ .parent = w->path[w->open - 1].node, .name = name };
	w->path[w->open] = (struct open_node){ .node = t->n++ };
}

/* Close all nodes below that depth. */
static void close_nodes(struct wide *w, uint32_t depth)
{
	struct tree *t = w->t;

	for (; w->open > depth; w->open--) {
		struct open_node *last = &w->path[w->open];

		if ((double)last->total < w->least) {
			t->node[last->node].self = last->total;
			t->n = last->node + 1;
		}
		last[-1].total += last->total;
	}
}

/* Of the nodes that only stack i has, which have one total: how deep are those to add? */
static uint32_t depth_to_add(const struct wide *w, const struct sorted *s, size_t i)
{
	const struct sorted_stack *stack = &s->stack[i];
	uint32_t next = i + 1 < s->n ? s->stack[i + 1].shared : 0;
	uint32_t own = next > stack->shared ? next : stack->shared;

	return (double)stack->value < w->least && own < stack->n ? own + 1 : stack->n;
}

/* has: by location: does a stack have it? */
static void add_stacks(struct wide *w, const struct sorted *s, uint8_t *has)
{
	enum { AHEAD = 8 };

	for (size_t i = 0; i < s->n; i++) {
		const struct sorted_stack *stack = &s->stack[i];
		const loc_id *frame = s->frame + stack->first;
		uint32_t depth = depth_to_add(w, s, i);

		/* Frames are in the order of input, not of names: prefetch them. */
		if (i + AHEAD < s->n)
			__builtin_prefetch(s->frame + s->stack[i + AHEAD].first);
		close_nodes(w, stack->shared);
		for (uint32_t j = stack->shared; j < depth; j++)
			open_node(w, s->text[sorted_name(s, stack, j)]);
		if (depth > w->t->depth)
			w->t->depth = depth;
		for (uint32_t j = stack->shared; j < stack->n; j++)
			has[frame[j].i] = 1;
		w->path[w->open].total += stack->value;
		w->t->node[w->path[w->open].node].self = stack->value;
	}
	close_nodes(w, 0);
}

void tree_build_wide(struct tree *t, const struct profile *p, const struct sorted *s,
		     const struct frame_names *names, double least)
{
	struct wide w = { .t = t, .least = least };
	uint8_t *has = mem_zeroed(s->nloc, 1);

	*t = (struct tree){ 0 };
	tree_find_flags(t, p->dict, names);
	t->node = mem_grow(t->node, &t->cap, 1, sizeof(*t->node));
	t->node[t->n++] = (struct tree_node){ 0 };
	w.path = mem_grow(w.path, &w.path_cap, 1, sizeof(*w.path));
	w.path[0] = (struct open_node){ 0 };
	add_stacks(&w, s, has);
	tree_add_up(t);
	t->has_name = mem_zeroed(t->nflags, 1);
	t->has_name[0] = 1; /* the root */
	for (uint32_t i = 1; i < s->nloc; i++)
		t->has_name[frame_name(names, (loc_id){ i }).i] |= has[i];
	mem_free(has, s->nloc);
	mem_free(w.path, w.path_cap * sizeof(*w.path));
}

bool tree_can_be_wide(const struct sorted *s, int64_t *sum)
{
	*sum = 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->stack[i].value <= 0 || __builtin_add_overflow(*sum, s->stack[i].value, sum))
			return false;
	return !s->diff && !s->saturated;
}
