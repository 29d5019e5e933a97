#include "format/json/json_write.h"

void used_frames_init(struct used_frames *u, const struct profile *p)
{
	*u = (struct used_frames){ .nloc = p->dict->loc.n };
	u->number = mem_zeroed(u->nloc, sizeof(*u->number));
	for (uint32_t i = 1; i < p->sample.n; i++) {
		size_t n;
		const loc_id *frames = dict_frames(p->dict,
						   profile_sample(p, (sample_id){ i })->stack, &n);

		for (size_t k = 0; k < n; k++) {
			if (u->number[frames[k].i])
				continue;
			vec_push(&u->frames, frames[k]);
			u->number[frames[k].i] = (uint32_t)u->frames.n;
		}
	}
}

void used_frames_release(struct used_frames *u)
{
	mem_free(u->number, u->nloc * sizeof(*u->number));
	vec_release(&u->frames);
}

static uint32_t add_stack(struct stack_tree *t, const struct profile *p, stack_id stack)
{
	size_t n;
	const loc_id *frames = dict_frames(p->dict, stack, &n);
	struct tree_node node = { 0 };

	for (size_t i = 0; i < n; i++) {
		node.frame = frames[i].i;
		node.parent = table_intern(&t->nodes, &node);
	}
	return node.parent;
}

void stack_tree_init(struct stack_tree *t, const struct profile *p)
{
	t->nstack = p->dict->stack.n;
	t->leaf = mem_zeroed(t->nstack, sizeof(*t->leaf));
	table_init(&t->nodes, sizeof(struct tree_node), sizeof(struct tree_node));
	for (uint32_t i = 1; i < p->sample.n; i++) {
		stack_id stack = profile_sample(p, (sample_id){ i })->stack;

		if (!t->leaf[stack.i])
			t->leaf[stack.i] = add_stack(t, p, stack);
	}
}

void stack_tree_release(struct stack_tree *t)
{
	mem_free(t->leaf, t->nstack * sizeof(*t->leaf));
	table_release(&t->nodes);
}
