#include "profile/stack_group.h"

#include "profile/stacks.h"

static void enter_group(struct stack_group *g)
{
	struct stacks *t = &g->dict->stack;
	uint32_t likely[INDEX_GROUP];

	for (size_t i = 0; i < g->n; i++)
		index_prefetch(&t->index, g->row[i].hash);
	for (size_t i = 0; i < g->n; i++) {
		likely[i] = index_likely(&t->index, g->row[i].hash);
		__builtin_prefetch(&t->row[likely[i]]);
	}
	for (size_t i = 0; i < g->n; i++)
		__builtin_prefetch(t->frames + t->row[likely[i]].first);
	for (size_t i = 0; i < g->n; i++) {
		const struct stack_group_row *r = &g->row[i];

		r->to->i = stacks_intern(t, g->frames.v + r->first, r->n, r->hash);
	}
	vec_clear(&g->frames);
	g->n = 0;
}

void stack_group_add(struct stack_group *g, const loc_id *frames, size_t n, stack_id *to)
{
	if (g->n == LEN(g->row))
		enter_group(g);
	g->row[g->n++] = (struct stack_group_row){ g->frames.n, n, stacks_hash(frames, n), to };
	vec_reserve(&g->frames, g->frames.n + n + 1); /* no frames have an address, too */
	vec_append(&g->frames, frames, n);
}

void stack_group_end(struct stack_group *g)
{
	enter_group(g);
	vec_release(&g->frames);
}
