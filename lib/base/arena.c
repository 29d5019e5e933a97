#include "base/arena.h"

enum { FIRST_BLOCK = 4 << 10, LARGEST_BLOCK = 1 << 20 };

struct arena_block {
	struct arena_block *older;
	size_t cap;
	char bytes[];
};

static void add_block(struct arena *a, size_t need)
{
	size_t cap = a->block ? min_size(a->block->cap * 2, LARGEST_BLOCK) : FIRST_BLOCK;
	struct arena_block *b;

	cap = max_size(cap, need);
	b = mem_resize(NULL, 0, sizeof(*b) + cap);
	b->older = a->block;
	b->cap = cap;
	a->block = b;
	a->at = 0;
	a->cap = cap;
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p;

	if (a->cap - a->at <= s.n)
		add_block(a, s.n + 1);
	p = a->block->bytes + a->at;
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	a->at += s.n + 1;
	return str(p, s.n);
}

void arena_release(struct arena *a)
{
	for (struct arena_block *b = a->block, *older; b; b = older) {
		older = b->older;
		mem_free(b, sizeof(*b) + b->cap);
	}
	*a = (struct arena){ 0 };
}
