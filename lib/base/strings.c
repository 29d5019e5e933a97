#include "base/strings.h"

void strings_init(struct strings *t)
{
	*t = (struct strings){ 0 };
	t->row = mem_grow(t->row, &t->cap, 1, sizeof(*t->row));
	t->row[t->n++] = S("");
}

static bool same_string(const void *rows, uint32_t row, const void *key)
{
	return str_eq(((const struct str *)rows)[row], *(const struct str *)key);
}

uint32_t strings_find(const struct strings *t, struct str s)
{
	return index_find(&t->index, hash_bytes(s.p, s.n), same_string, t->row, &s);
}

uint32_t strings_intern(struct strings *t, struct str s)
{
	uint32_t hash = hash_bytes(s.p, s.n);
	uint32_t i = index_find(&t->index, hash, same_string, t->row, &s);

	if (i || !s.n)
		return i;
	t->row = mem_grow(t->row, &t->cap, (size_t)t->n + 1, sizeof(*t->row));
	t->row[t->n] = arena_str(&t->bytes, s);
	index_add(&t->index, hash, t->n);
	return t->n++;
}

void strings_release(struct strings *t)
{
	mem_free(t->row, t->cap * sizeof(*t->row));
	arena_release(&t->bytes);
	index_release(&t->index);
	*t = (struct strings){ 0 };
}
