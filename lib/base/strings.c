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

static uint32_t intern_hashed(struct strings *t, struct str s, uint32_t hash)
{
	uint32_t i = index_find(&t->index, hash, same_string, t->row, &s);

	if (i || !s.n)
		return i;
	t->row = mem_grow(t->row, &t->cap, (size_t)t->n + 1, sizeof(*t->row));
	t->row[t->n] = arena_str(&t->bytes, s);
	index_add(&t->index, hash, t->n);
	return t->n++;
}

uint32_t strings_intern(struct strings *t, struct str s)
{
	return intern_hashed(t, s, hash_bytes(s.p, s.n));
}

static void intern_group(struct strings *t, const struct str *s, const uint32_t *hash, size_t n,
			 uint32_t *number)
{
	for (size_t i = 0; i < n; i++)
		index_prefetch(&t->index, hash[i]);
	for (size_t i = 0; i < n; i++) {
		number[i] = index_likely(&t->index, hash[i]);
		__builtin_prefetch(&t->row[number[i]]);
	}
	for (size_t i = 0; i < n; i++) {
		__builtin_prefetch(t->row[number[i]].p);
		__builtin_prefetch(t->row[number[i]].p + t->row[number[i]].n);
	}
	for (size_t i = 0; i < n; i++)
		if (!str_eq(t->row[number[i]], s[i]))
			number[i] = intern_hashed(t, s[i], hash[i]);
}

void strings_intern_hashed(struct strings *t, const struct str *s, const uint32_t *hash, size_t n,
			   uint32_t *number)
{
	for (size_t i = 0; i < n; i += INDEX_GROUP)
		intern_group(t, s + i, hash + i, min_size(n - i, INDEX_GROUP), number + i);
}

void strings_intern_all(struct strings *t, const struct str *s, size_t n, uint32_t *number)
{
	uint32_t hash[INDEX_GROUP];

	for (size_t at = 0, some; at < n; at += some) {
		some = min_size(n - at, INDEX_GROUP);
		for (size_t i = 0; i < some; i++)
			hash[i] = hash_bytes(s[at + i].p, s[at + i].n);
		intern_group(t, s + at, hash, some, number + at);
	}
}

void strings_release(struct strings *t)
{
	mem_free(t->row, t->cap * sizeof(*t->row));
	arena_release(&t->bytes);
	index_release(&t->index);
	*t = (struct strings){ 0 };
}
