#include "view/order.h"

/* A node by what it is: the child of that name of that parent. */
struct place {
	uint32_t parent, name;
	uint32_t node, zero; /* payload */
};

static void note_places(struct table *places, const struct tree *t)
{
	table_init(places, sizeof(struct place), offsetof(struct place, node));
	for (uint32_t i = 1; i < t->n; i++)
		table_intern(places, &(struct place){ t->node[i].parent, t->node[i].name.i, i, 0 });
}

/* Give the nodes of a stack the next numbers, where they have none yet. */
static void number_stack(uint32_t *came, uint32_t *n, const struct table *places, struct profile *p,
			 stack_id stack)
{
	size_t depth;
	const loc_id *frame = dict_frames(p->dict, stack, &depth);
	uint32_t node = 0;

	for (size_t i = 0; i < depth; i++) {
		struct place key = { node, dict_frame_name(p->dict, frame[i]).i, 0, 0 };
		uint32_t row = table_find(places, &key);

		if (!row)
			return; /* a stack without a value */
		node = ((const struct place *)table_row(places, row))->node;
		if (!came[node])
			came[node] = ++*n;
	}
}

/* Link all nodes again, pushed onto their parents' lists, the last first. */
static void link_in_order(struct tree *t, const uint32_t *came, uint32_t n)
{
	uint32_t *by_number = mem_zeroed((size_t)n + 1, sizeof(*by_number));

	for (uint32_t i = 1; i < t->n; i++)
		by_number[came[i]] = i;
	for (uint32_t i = 0; i < t->n; i++)
		t->node[i].first = t->node[i].next = 0;
	for (uint32_t i = n; i > 0; i--) {
		struct tree_node *node = &t->node[by_number[i]];

		node->next = t->node[node->parent].first;
		t->node[node->parent].first = by_number[i];
	}
	mem_free(by_number, ((size_t)n + 1) * sizeof(*by_number));
}

void order_as_came(struct tree *t, struct profile *p)
{
	uint32_t *came = mem_zeroed(t->n, sizeof(*came)), n = 0;
	struct table places;

	note_places(&places, t);
	for (uint32_t i = 1; i < p->dict->stack.n; i++)
		number_stack(came, &n, &places, p, (stack_id){ i });
	link_in_order(t, came, n);
	table_release(&places);
	mem_free(came, t->n * sizeof(*came));
}

static str_id waker_name(struct profile *p, str_id name)
{
	struct buf marked = { 0 };

	buf_add(&marked, dict_text(p->dict, name));
	buf_add(&marked, S("_[w]"));
	name = dict_intern(p->dict, buf_str(&marked));
	buf_release(&marked);
	return name;
}

void mark_wakers(struct tree *t, struct profile *p)
{
	uint8_t *wakes = mem_zeroed(t->n, 1);
	str_id separator = dict_find_str(p->dict, S("--"));

	for (uint32_t i = 1; i < t->n && separator.i; i++) {
		bool is_separator = t->node[i].name.i == separator.i;

		wakes[i] = wakes[t->node[i].parent] || is_separator;
		if (wakes[i] && !is_separator)
			t->node[i].name = waker_name(p, t->node[i].name);
	}
	mem_free(wakes, t->n);
}
