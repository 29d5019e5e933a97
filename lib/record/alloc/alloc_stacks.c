#include "record/alloc/alloc_stacks.h"

/*
 * A frame of a stack, linked to that of its caller, which has a smaller number. It has the number
 * of its mapping, since another file may be mapped at the address later.
 */
struct stack_node {
	uint64_t address, map;
	uint32_t caller, end; /* end: why the stack ends, in its outermost frame */
};
_Static_assert(sizeof(struct stack_node) == 24, "no padding");

void alloc_stacks_init(struct alloc_stacks *t)
{
	table_init(&t->nodes, sizeof(struct stack_node), sizeof(struct stack_node));
}

void alloc_stacks_release(struct alloc_stacks *t)
{
	table_release(&t->nodes);
}

size_t alloc_stacks_count(const struct alloc_stacks *t)
{
	return t->nodes.n;
}

uint32_t alloc_stacks_keep(struct alloc_stacks *t, const struct perf_sample *s)
{
	uint32_t node = 0;

	for (size_t i = s->nuser; i-- > 0;) {
		const struct region *r = s->user[i].region;
		struct stack_node key = { .address = s->user[i].address,
					  .map = r ? map_of(r)->number : 0,
					  .caller = node,
					  .end = node ? 0 : s->end };

		node = table_intern(&t->nodes, &key);
	}
	return node;
}

size_t alloc_stacks_get(const struct alloc_stacks *t, uint32_t stack, struct processes *all,
			struct process *p, struct user_frame *out, enum unwind_end *end)
{
	size_t n = 0;

	while (stack && n < UNWIND_MOST) {
		const struct stack_node *node = table_row(&t->nodes, stack);
		const struct map *m = process_find(all, p, node->address);

		out[n++] = (struct user_frame){ m && m->number == node->map ? &m->region : NULL,
						node->address };
		*end = (enum unwind_end)node->end;
		stack = node->caller;
	}
	return n;
}

void alloc_stacks_sweep(struct alloc_stacks *t, uint32_t *numbers)
{
	struct table was = t->nodes;

	alloc_stacks_init(t);
	for (uint32_t i = was.n - 1; i > 0; i--)
		if (numbers[i])
			numbers[((struct stack_node *)table_row(&was, i))->caller] = 1;
	numbers[0] = 0;
	for (uint32_t i = 1; i < was.n; i++) {
		struct stack_node node = *(struct stack_node *)table_row(&was, i);

		if (!numbers[i])
			continue;
		node.caller = numbers[node.caller];
		numbers[i] = table_intern(&t->nodes, &node);
	}
	table_release(&was);
}
