#include "analyze/tree_order.h"

#include <stdlib.h>

/* By total */

struct weighted {
	int64_t total;
	uint32_t place, node;
};

static int compare_by_total(const void *a, const void *b)
{
	const struct weighted *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return (x->place > y->place) - (x->place < y->place);
}

/* The larger side decides, so that a vanished node keeps its place in a diff. */
static int64_t larger_total(const struct tree *t, uint32_t node)
{
	int64_t base = t->diff ? t->base_total[node] : 0;

	return base > t->node[node].total ? base : t->node[node].total;
}

/* Link all nodes again: push them onto their parents' lists, the lightest first. */
void tree_order_by_total(struct tree *t)
{
	struct weighted *w = mem_zeroed(t->n, sizeof(*w));

	for (uint32_t i = 0; i < t->n; i++) {
		w[i] = (struct weighted){ larger_total(t, i), i, i };
		t->node[i].first = t->node[i].next = 0;
	}
	qsort(w + 1, t->n - 1, sizeof(*w), compare_by_total);
	for (uint32_t i = t->n; i-- > 1;) {
		struct tree_node *node = &t->node[w[i].node], *up = &t->node[node->parent];

		node->next = up->first;
		up->first = w[i].node;
	}
	mem_free(w, t->n * sizeof(*w));
}

/* By appearance in stacks */

/* A node, found by its parent and its name. */
struct child {
	uint32_t parent, name;
	uint32_t node, zero; /* payload */
};

static void index_children(struct table *children, const struct tree *t)
{
	table_init(children, sizeof(struct child), offsetof(struct child, node));
	for (uint32_t i = 1; i < t->n; i++)
		table_intern(children,
			     &(struct child){ t->node[i].parent, t->node[i].name.i, i, 0 });
}

/* Give the next numbers to the nodes of a stack that have none yet. */
static void number_stack(uint32_t *number, uint32_t *n, const struct table *children,
			 const struct dictionary *d, const struct frame_names *names,
			 stack_id stack)
{
	size_t depth;
	const loc_id *frame = dict_frames(d, stack, &depth);
	uint32_t node = 0;

	for (size_t i = 0; i < depth; i++) {
		struct child key = { node, frame_name(names, frame[i]).i, 0, 0 };
		uint32_t row = table_find(children, &key);

		if (!row)
			return; /* a stack without a value */
		node = ((const struct child *)table_row(children, row))->node;
		if (!number[node])
			number[node] = ++*n;
	}
}

/* Link all nodes again: push them onto their parents' lists, the last one first. */
static void link_in_order(struct tree *t, const uint32_t *number, uint32_t n)
{
	uint32_t *by_number = mem_zeroed((size_t)n + 1, sizeof(*by_number));

	for (uint32_t i = 1; i < t->n; i++)
		by_number[number[i]] = i;
	for (uint32_t i = 0; i < t->n; i++)
		t->node[i].first = t->node[i].next = 0;
	for (uint32_t i = n; i > 0; i--) {
		struct tree_node *node = &t->node[by_number[i]];

		node->next = t->node[node->parent].first;
		t->node[node->parent].first = by_number[i];
	}
	mem_free(by_number, ((size_t)n + 1) * sizeof(*by_number));
}

void tree_order_as_stacks(struct tree *t, const struct dictionary *d,
			  const struct frame_names *names)
{
	uint32_t *number = mem_zeroed(t->n, sizeof(*number)), n = 0;
	struct table children;

	index_children(&children, t);
	for (uint32_t i = 1; i < d->stack.n; i++)
		number_stack(number, &n, &children, d, names, (stack_id){ i });
	link_in_order(t, number, n);
	table_release(&children);
	mem_free(number, t->n * sizeof(*number));
}
