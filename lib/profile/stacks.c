#include "profile/stacks.h"

struct key {
	const loc_id *frames;
	size_t n;
};

void stacks_init(struct stacks *t)
{
	*t = (struct stacks){ 0 };
	t->frames = mem_grow(t->frames, &t->frame_cap, 1, sizeof(*t->frames));
	t->row = mem_grow(t->row, &t->cap, 1, sizeof(*t->row));
	t->row[t->n++] = (struct stack){ 0 };
}

static bool same(const void *stacks, uint32_t row, const void *key)
{
	const struct stacks *t = stacks;
	const struct stack *s = &t->row[row];
	const struct key *k = key;

	return s->n == k->n && memcmp(t->frames + s->first, k->frames, k->n * sizeof(loc_id)) == 0;
}

static uint32_t add(struct stacks *t, struct key k, uint32_t hash)
{
	t->frames = mem_grow(t->frames, &t->frame_cap, t->nframe + k.n, sizeof(*t->frames));
	memcpy(t->frames + t->nframe, k.frames, k.n * sizeof(*t->frames));
	t->row = mem_grow(t->row, &t->cap, (size_t)t->n + 1, sizeof(*t->row));
	t->row[t->n] = (struct stack){ .first = t->nframe, .n = (uint32_t)k.n };
	t->nframe += k.n;
	index_add(&t->index, hash, t->n);
	return t->n++;
}

uint32_t stacks_intern(struct stacks *t, const loc_id *frames, size_t n, uint32_t hash)
{
	struct key k = { frames, n };
	uint32_t row;

	if (!n)
		return 0;
	row = index_find(&t->index, hash, same, t, &k);
	return row ? row : add(t, k, hash);
}

void stacks_release(struct stacks *t)
{
	mem_free(t->frames, t->frame_cap * sizeof(*t->frames));
	mem_free(t->row, t->cap * sizeof(*t->row));
	index_release(&t->index);
	*t = (struct stacks){ 0 };
}
