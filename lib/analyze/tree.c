#include "analyze/tree.h"

#include <stdlib.h>

#include "analyze/sorted.h"
#include "analyze/sum.h"
#include "analyze/tree_order.h"
#include "analyze/tree_parts.h"
#include "base/relay.h"

/*
 * Stacks are added one by one. The nodes that a stack shares with the stack before are on the
 * open path, which leads from the root to the last leaf. Children come after their parent and
 * siblings in order, so that links and totals can be made in the end, by one loop.
 */
struct builder {
	OWN_CACHE_LINES struct tree *t;
	const struct profile *p;
	const struct frame_names *names;
	uint32_t *path; /* by depth: the open node */
	size_t path_cap;
	uint32_t open;  /* depth of the path */
	uint32_t n;     /* the number of the next node */
	uint32_t depth; /* of the deepest node so far */
};

static uint32_t add_node(struct builder *b, uint32_t parent, str_id name)
{
	struct tree *t = b->t;

	if (b->n >= t->cap)
		t->node = mem_grow(t->node, &t->cap, (size_t)b->n + 1, sizeof(*t->node));
	t->node[b->n] = (struct tree_node){ .parent = parent, .name = name };
	return b->n++;
}

/* Make room for a path to that depth. */
static void reserve_path(struct builder *b, size_t depth)
{
	b->path = mem_grow(b->path, &b->path_cap, depth + 1, sizeof(*b->path));
}

static void open_root(struct builder *b)
{
	reserve_path(b, 0);
	b->path[0] = add_node(b, 0, (str_id){ 0 });
}

static void release_path(struct builder *b)
{
	mem_free(b->path, b->path_cap * sizeof(*b->path));
}

/* Open a new child of the open node. */
static void descend(struct builder *b, str_id name)
{
	uint32_t child = add_node(b, b->path[b->open], name);

	if (++b->open >= b->path_cap)
		reserve_path(b, b->open);
	b->path[b->open] = child;
	if (b->open > b->depth)
		b->depth = b->open;
}

/* Enter frame i of a stack: on the open path, or in a new branch. */
static void enter_frame(struct builder *b, uint32_t i, str_id name)
{
	if (i < b->open && b->t->node[b->path[i + 1]].name.i == name.i)
		return;
	if (i < b->open)
		b->open = i;
	descend(b, name);
}

/* In order of names */

/* The number of nodes that stacks from `from` to before `to` add. */
static size_t count_nodes(const struct sorted *s, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += s->stack[i].n - s->stack[i].shared;
	return n;
}

/* Allocate n nodes at once: arrays that grow are moved, and have unused room. */
static void reserve_nodes(struct tree *t, size_t n, bool diff)
{
	if (n > UINT32_MAX)
		mem_exhausted("a tree cannot have more than %u nodes", UINT32_MAX);
	if (n > t->cap) {
		t->node = mem_resize(t->node, t->cap * sizeof(*t->node), n * sizeof(*t->node));
		t->cap = n;
	}
	if (diff) {
		t->base_self = mem_zeroed(n, sizeof(*t->base_self));
		t->base_total = mem_zeroed(n, sizeof(*t->base_total));
		t->base_cap = n;
	}
}

/* Sorted stacks from `from` to before `to`, which one thread adds. */
struct stack_range {
	struct builder b;
	const struct sorted *s;
	size_t from, to;
	uint32_t *end; /* by 1 + the index of a stack, its last node; or NULL */
};

static void build_range(struct stack_range *r)
{
	enum { AHEAD = 8 };
	const struct sorted *s = r->s;
	struct builder *b = &r->b;

	for (size_t i = r->from; i < r->to; i++) {
		const struct sorted_stack *stack = &s->stack[i];

		/* Frames are in the order of input, not of names: prefetch them. */
		if (i + AHEAD < s->n)
			__builtin_prefetch(s->frame + s->stack[i + AHEAD].first);
		b->open = stack->shared;
		for (uint32_t j = b->open; j < stack->n; j++)
			descend(b, s->text[sorted_name(s, stack, j)]);
		b->t->node[b->path[b->open]].self = stack->value;
		if (s->diff)
			b->t->base_self[b->path[b->open]] = stack->base;
		if (r->end)
			r->end[i + 1] = b->path[b->open];
	}
}

/*
 * Open what the first stack of the range shares with those before. Their nodes, which end before
 * b->n, need not be there yet: they are numbered in the order of the stacks.
 */
static void open_shared(struct stack_range *r)
{
	uint32_t depth = r->s->stack[r->from].shared, node = r->b.n;

	reserve_path(&r->b, depth);
	r->b.path[0] = 0;
	for (size_t i = r->from; depth;) {
		const struct sorted_stack *stack = &r->s->stack[--i];

		node -= stack->n - stack->shared;
		for (; depth > stack->shared; depth--)
			r->b.path[depth] = node + depth - stack->shared - 1;
	}
}

static void build_second_half(void *context, void *range)
{
	(void)context;
	open_shared(range);
	build_range(range);
}

/* Another thread adds half of the stacks, if they are many. end: as in stack_range. */
static void build_from_sorted(struct builder *b, const struct sorted *s, uint32_t *end)
{
	enum { MANY = 20000 };
	size_t half = s->n < MANY ? s->n : s->n / 2;
	size_t middle = b->n + count_nodes(s, 0, half);
	size_t last = middle + count_nodes(s, half, s->n);
	struct stack_range first = { *b, s, 0, half, end }, second = { *b, s, half, s->n, end };
	struct relay relay;

	b->t->saturated += s->saturated;
	b->t->diff = s->diff;
	reserve_nodes(b->t, last, s->diff);
	relay_begin(&relay, build_second_half, NULL, true);
	second.b.path = NULL;
	second.b.path_cap = 0;
	second.b.n = (uint32_t)middle;
	if (half < s->n)
		relay_pass(&relay, &second);
	build_range(&first);
	relay_end(&relay);
	release_path(&second.b);
	*b = first.b;
	b->n = (uint32_t)last;
	b->depth = first.b.depth > second.b.depth ? first.b.depth : second.b.depth;
}

static void build_by_name(struct builder *b, uint32_t col)
{
	struct sorted s;

	sorted_init(&s, b->p, col, b->names, SORTED_AS_TREE);
	build_from_sorted(b, &s, NULL);
	sorted_release(&s);
}

static void build_all(struct builder *b, uint32_t col, uint32_t *node)
{
	struct sorted s;
	uint32_t *end;

	sorted_init_all(&s, b->p, col, b->names, node);
	end = mem_zeroed(s.n + 1, sizeof(*end));
	build_from_sorted(b, &s, end);
	for (uint32_t i = 0; i < b->p->dict->stack.n; i++)
		node[i] = end[node[i]];
	mem_free(end, (s.n + 1) * sizeof(*end));
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
		enter_frame(b, i, frame_name(b->names, frame[i]));
	b->open = (uint32_t)n;
	leaf = &b->t->node[b->path[b->open]];
	leaf->self = sum_add(leaf->self, o->value, &b->t->saturated);
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
	/* In a format without times: in the order of samples. */
	for (uint32_t i = 1; !n && i < b->p->sample.n; i++) {
		struct observation o = { .sample = { i }, .col = col };

		o.value = profile_value(b->p, col, o.sample);
		chart_sample(b, &o);
	}
	mem_free(all, room);
}

/* Flags */

void tree_find_flags(struct tree *t, const struct dictionary *d, const struct frame_names *names)
{
	t->nflags = d->str.n;
	t->flags = mem_zeroed(t->nflags, sizeof(*t->flags));
	memset(t->flags, 0xff, t->nflags * sizeof(*t->flags));
	for (uint32_t i = 1; i < d->loc.n; i++)
		t->flags[frame_name(names, (loc_id){ i }).i] &= dict_loc(d, (loc_id){ i })->flags;
}

void tree_copy_flags(struct tree *t, str_id from, str_id to)
{
	uint32_t flags = tree_flags(t, from);
	size_t was = t->nflags;

	if (to.i >= was) {
		t->nflags = (size_t)to.i + 1;
		t->flags = mem_resize(t->flags, was * sizeof(*t->flags),
				      t->nflags * sizeof(*t->flags));
		memset(t->flags + was, 0, (t->nflags - was) * sizeof(*t->flags));
	}
	t->flags[to.i] = flags;
}

/* Totals */

/*
 * Add up totals, which are 0 before, and `link` siblings in the order of their numbers, if they
 * have no order yet. One loop does both: large trees are larger than caches.
 */
static void add_up_nodes(struct tree *t, bool link)
{
	for (uint32_t i = t->n; i-- > 1;) {
		struct tree_node *node = &t->node[i], *parent = &t->node[node->parent];

		node->total = sum_add(node->total, node->self, &t->saturated);
		parent->total = sum_add(parent->total, node->total, &t->saturated);
		if (!link)
			continue;
		node->next = parent->first;
		parent->first = i;
	}
	t->node->total = sum_add(t->node->total, t->node->self, &t->saturated);
	if (!t->diff)
		return;
	memcpy(t->base_total, t->base_self, t->n * sizeof(*t->base_total));
	for (uint32_t i = t->n; i-- > 1;) {
		int64_t *up = &t->base_total[t->node[i].parent];

		*up = sum_add(*up, t->base_total[i], &t->saturated);
	}
}

void tree_add_up(struct tree *t)
{
	add_up_nodes(t, true);
}

/* After all stacks were added. */
static void finish_nodes(struct builder *b)
{
	b->t->n = b->n;
	b->t->depth = b->depth;
	tree_add_up(b->t);
	release_path(b);
}

/* Returns whether the value was negative. */
static bool drop_negative(int64_t *v)
{
	if (*v >= 0)
		return false;
	*v = 0;
	return true;
}

uint32_t tree_drop_negative(struct tree *t)
{
	uint32_t dropped = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		bool self = drop_negative(&t->node[i].self);

		dropped += (t->diff && drop_negative(&t->base_self[i])) || self;
	}
	if (!dropped)
		return 0;
	for (uint32_t i = 0; i < t->n; i++)
		t->node[i].total = 0;
	add_up_nodes(t, false);
	return dropped;
}

void tree_build(struct tree *t, const struct profile *p, uint32_t col,
		const struct frame_names *names, enum tree_order order)
{
	struct builder b = { .t = t, .p = p, .names = names };

	*t = (struct tree){ 0 };
	tree_find_flags(t, p->dict, names);
	open_root(&b);
	if (order == TREE_BY_TIME)
		build_by_time(&b, col);
	else
		build_by_name(&b, col);
	finish_nodes(&b);
	if (order == TREE_BY_TOTAL)
		tree_order_by_total(t);
	else if (order == TREE_AS_STACKS)
		tree_order_as_stacks(t, p->dict, names);
}

void tree_build_all(struct tree *t, const struct profile *p, uint32_t col,
		    const struct frame_names *names, uint32_t *node)
{
	struct builder b = { .t = t, .p = p, .names = names };

	*t = (struct tree){ 0 };
	tree_find_flags(t, p->dict, names);
	open_root(&b);
	build_all(&b, col, node);
	finish_nodes(&b);
}

void tree_release(struct tree *t)
{
	mem_free(t->base_self, t->base_cap * sizeof(*t->base_self));
	mem_free(t->base_total, t->base_cap * sizeof(*t->base_total));
	mem_free(t->node, t->cap * sizeof(*t->node));
	mem_free(t->flags, t->nflags * sizeof(*t->flags));
	mem_free(t->has_name, t->nflags);
	*t = (struct tree){ 0 };
}
