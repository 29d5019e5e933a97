#include "profile/tree.h"

#include <stdlib.h>

#include "profile/sorted.h"

/*
 * Stacks arrive one after the other, and what one shares with the stack before
 * it is there already: the open path, from the root to the last leaf.
 */
struct builder {
	struct tree *t;
	struct profile *p;
	uint32_t *path;       /* by depth: the open node */
	uint32_t *last_child; /* by depth: the newest child of the open node */
	size_t path_cap, child_cap;
	uint32_t open; /* depth of the path */
};

static uint32_t add_node(struct builder *b, uint32_t parent, str_id name, uint32_t flags)
{
	struct tree *t = b->t;
	uint32_t depth = t->n ? t->node[parent].depth + 1 : 0;

	t->node = mem_grow(t->node, &t->cap, (size_t)t->n + 1, sizeof(*t->node));
	t->node[t->n] = (struct tree_node){
		.parent = parent, .name = name, .flags = flags, .depth = depth
	};
	if (depth > t->depth)
		t->depth = depth;
	return t->n++;
}

static void init(struct builder *b)
{
	b->path = mem_grow(b->path, &b->path_cap, 1, sizeof(*b->path));
	b->last_child = mem_grow(b->last_child, &b->child_cap, 1, sizeof(*b->last_child));
	b->path[0] = add_node(b, 0, (str_id){ 0 }, 0);
	b->last_child[0] = 0;
}

static void release(struct builder *b)
{
	mem_free(b->path, b->path_cap * sizeof(*b->path));
	mem_free(b->last_child, b->child_cap * sizeof(*b->last_child));
}

/* Go on below the open node, with a new child of it. */
static void descend(struct builder *b, str_id name, uint32_t flags)
{
	uint32_t parent = b->path[b->open], child = add_node(b, parent, name, flags);
	uint32_t sibling = b->last_child[b->open];

	if (sibling)
		b->t->node[sibling].next = child;
	else
		b->t->node[parent].first = child;
	b->last_child[b->open++] = child;
	b->path = mem_grow(b->path, &b->path_cap, (size_t)b->open + 1, sizeof(*b->path));
	b->last_child = mem_grow(b->last_child, &b->child_cap, (size_t)b->open + 1,
				 sizeof(*b->last_child));
	b->path[b->open] = child;
	b->last_child[b->open] = 0;
}

/* Add frame i of a stack: the open one, or a new branch. */
static void step(struct builder *b, uint32_t i, str_id name, uint32_t flags)
{
	if (i < b->open && b->t->node[b->path[i + 1]].name.i == name.i)
		return;
	if (i < b->open)
		b->open = i;
	descend(b, name, flags);
}

/* In order of names */

static void keep_base(struct tree *t, uint32_t node, int64_t base)
{
	size_t was = t->base_cap;

	t->base_self = mem_grow(t->base_self, &t->base_cap, t->n, sizeof(*t->base_self));
	memset(t->base_self + was, 0, (t->base_cap - was) * sizeof(*t->base_self));
	t->base_self[node] = base;
}

/* How many names both stacks begin with. */
static uint32_t shared_names(const uint32_t *a, const uint32_t *b, uint32_t n)
{
	uint32_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return i;
}

static void build_by_name(struct builder *b, uint32_t col)
{
	const uint32_t *before = NULL;
	struct sorted s;

	sorted_init(&s, b->p, col, dict_frame_name, SORTED_AS_TREE);
	b->t->diff = s.diff;
	for (size_t i = 0; i < s.n; i++) {
		const struct sorted_stack *stack = &s.stack[i];
		const uint32_t *name = s.name + stack->first;

		b->open = before ? shared_names(before, name,
						b->open < stack->n ? b->open : stack->n) :
				   0;
		before = name;
		for (uint32_t j = b->open; j < stack->n; j++)
			descend(b, s.text[name[j]], s.flags[name[j]]);
		b->t->node[b->path[b->open]].self = stack->value;
		if (s.diff)
			keep_base(b->t, b->path[b->open], stack->base);
	}
	sorted_release(&s);
}

/* In order of time */

struct timed {
	uint64_t time;
	size_t at; /* in p->observation */
};

static int by_time(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static void chart_sample(struct builder *b, const struct observation *o)
{
	struct tree_node *leaf;
	const loc_id *frame;
	size_t n;

	frame = dict_frames(b->p->dict, profile_sample(b->p, o->sample)->stack, &n);
	for (uint32_t i = 0; i < n; i++)
		step(b, i, dict_frame_name(b->p->dict, frame[i]),
		     dict_loc(b->p->dict, frame[i])->flags);
	b->open = (uint32_t)n;
	leaf = &b->t->node[b->path[b->open]];
	leaf->self = sat_add(b->p, leaf->self, o->value);
}

static void build_by_time(struct builder *b, uint32_t col)
{
	size_t n = b->p->nobservation, room = n * sizeof(struct timed);
	struct timed *all = mem_zeroed(n, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = (struct timed){ b->p->observation[i].time, i };
	if (n)
		qsort(all, n, sizeof(*all), by_time);
	for (size_t i = 0; i < n; i++)
		if (b->p->observation[all[i].at].col == col)
			chart_sample(b, &b->p->observation[all[i].at]);
	/* A format without times: as its samples came. */
	for (uint32_t i = 1; !n && i < b->p->sample.n; i++) {
		struct observation o = { .sample = { i }, .col = col };

		o.value = profile_value(b->p, col, o.sample);
		chart_sample(b, &o);
	}
	mem_free(all, room);
}

/* Totals */

static void add_up(struct tree *t, struct profile *p)
{
	for (uint32_t i = 0; i < t->n; i++)
		t->node[i].total = t->node[i].self;
	for (uint32_t i = t->n; i-- > 1;) {
		int64_t *up = &t->node[t->node[i].parent].total;

		*up = sat_add(p, *up, t->node[i].total);
	}
	if (!t->diff)
		return;
	keep_base(t, t->n - 1, t->base_cap >= t->n ? t->base_self[t->n - 1] : 0);
	t->base_total = mem_zeroed(t->base_cap, sizeof(*t->base_total));
	memcpy(t->base_total, t->base_self, t->n * sizeof(*t->base_total));
	for (uint32_t i = t->n; i-- > 1;) {
		int64_t *up = &t->base_total[t->node[i].parent];

		*up = sat_add(p, *up, t->base_total[i]);
	}
}

/* Order by total */

struct weighted {
	int64_t total;
	uint32_t place, node;
};

static int by_weight(const void *a, const void *b)
{
	const struct weighted *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return (x->place > y->place) - (x->place < y->place);
}

/* The larger side decides, so that what vanished keeps its place in a diff. */
static int64_t weight(const struct tree *t, uint32_t node)
{
	int64_t base = t->diff ? t->base_total[node] : 0;

	return base > t->node[node].total ? base : t->node[node].total;
}

/* Link all nodes again: pushed onto their parents' lists, the lightest first. */
static void sort_by_total(struct tree *t)
{
	struct weighted *w = mem_zeroed(t->n, sizeof(*w));

	for (uint32_t i = 0; i < t->n; i++) {
		w[i] = (struct weighted){ weight(t, i), i, i };
		t->node[i].first = t->node[i].next = 0;
	}
	qsort(w + 1, t->n - 1, sizeof(*w), by_weight);
	for (uint32_t i = t->n; i-- > 1;) {
		struct tree_node *node = &t->node[w[i].node], *up = &t->node[node->parent];

		node->next = up->first;
		up->first = w[i].node;
	}
	mem_free(w, t->n * sizeof(*w));
}

void tree_build(struct tree *t, struct profile *p, uint32_t col, enum tree_order order)
{
	struct builder b = { .t = t, .p = p };

	*t = (struct tree){ 0 };
	init(&b);
	if (order == TREE_BY_TIME)
		build_by_time(&b, col);
	else
		build_by_name(&b, col);
	add_up(t, p);
	if (order == TREE_BY_TOTAL)
		sort_by_total(t);
	release(&b);
}

void tree_release(struct tree *t)
{
	mem_free(t->base_self, t->base_cap * sizeof(*t->base_self));
	mem_free(t->base_total, t->base_cap * sizeof(*t->base_total));
	mem_free(t->node, t->cap * sizeof(*t->node));
	*t = (struct tree){ 0 };
}
