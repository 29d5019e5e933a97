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

static bool is_stack_of(const void *stacks, uint32_t row, const void *key)
{
	const struct stacks *t = stacks;
	const struct stack *s = &t->row[row];
	const struct key *k = key;

	return s->n == k->n && memcmp(t->frames + s->first, k->frames, k->n * sizeof(loc_id)) == 0;
}

static uint32_t new_stack(struct stacks *t, struct key k, uint32_t hash)
{
	bool is_ours = t->frames <= k.frames && k.frames < t->frames + t->frame_cap;
	size_t at = is_ours ? (size_t)(k.frames - t->frames) : 0;

	t->frames = mem_grow(t->frames, &t->frame_cap, t->nframe + k.n, sizeof(*t->frames));
	if (is_ours)
		k.frames = t->frames + at; /* they may have moved */
	memmove(t->frames + t->nframe, k.frames, k.n * sizeof(*t->frames));
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
	row = index_find(&t->index, hash, is_stack_of, t, &k);
	return row ? row : new_stack(t, k, hash);
}

stack_id dict_add_stack(struct dictionary *d, const loc_id *frames, size_t n)
{
	return (stack_id){ stacks_intern(&d->stack, frames, n, stacks_hash(frames, n)) };
}

stack_id dict_stack_below(struct dictionary *d, stack_id stack, loc_id leaf)
{
	struct stacks *t = &d->stack;
	size_t n = t->row[stack.i].n;
	loc_id *frames;

	/* Build it after the frames of all stacks, in room that is not used yet. */
	t->frames = mem_grow(t->frames, &t->frame_cap, t->nframe + n + 1, sizeof(*t->frames));
	frames = t->frames + t->nframe;
	memcpy(frames, t->frames + t->row[stack.i].first, n * sizeof(*frames));
	frames[n] = leaf;
	return dict_add_stack(d, frames, n + 1);
}

void stacks_release(struct stacks *t)
{
	mem_free(t->frames, t->frame_cap * sizeof(*t->frames));
	mem_free(t->row, t->cap * sizeof(*t->row));
	index_release(&t->index);
	*t = (struct stacks){ 0 };
}
