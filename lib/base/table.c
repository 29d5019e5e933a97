#include "base/table.h"

#include <string.h>

/* Two billion rows of eight bytes are more than any profile that fits in memory has. */
enum { MOST_ROWS = INT32_MAX };

void table_init(struct table *t, uint32_t row_size, uint32_t key_size)
{
	*t = (struct table){ .row_size = row_size, .key_size = key_size };
	t->rows = mem_grow(t->rows, &t->cap, 1, row_size);
	memset(t->rows, 0, row_size);
	t->n = 1;
}

static bool same_key(const void *rows, uint32_t row, const void *key)
{
	const struct table *t = rows;

	return memcmp(table_row(t, row), key, t->key_size) == 0;
}

/* Samples, the largest table, have keys of one word. */
static bool same_word(const void *rows, uint32_t row, const void *key)
{
	const struct table *t = rows;

	return memcmp(table_row(t, row), key, 8) == 0;
}

static inline uint32_t hash_row(const struct table *t, const void *row)
{
	uint64_t word;

	if (t->key_size != sizeof(word))
		return hash_bytes(row, t->key_size);
	memcpy(&word, row, sizeof(word));
	return hash_u64(word);
}

static inline uint32_t find_row(const struct table *t, const void *row, uint32_t hash)
{
	if (t->key_size == 8)
		return index_find(&t->index, hash, same_word, t, row);
	return index_find(&t->index, hash, same_key, t, row);
}

uint32_t table_append(struct table *t, const void *row)
{
	if (t->n == MOST_ROWS)
		mem_exhausted("a table cannot have more than %d rows", MOST_ROWS);
	t->rows = mem_grow(t->rows, &t->cap, (size_t)t->n + 1, t->row_size);
	memcpy(table_row(t, t->n), row, t->row_size);
	return t->n++;
}

static bool is_zero(const struct table *t, const void *row)
{
	return memcmp(row, t->rows, t->key_size) == 0;
}

uint32_t table_find(const struct table *t, const void *row)
{
	return find_row(t, row, hash_row(t, row));
}

void table_prefetch(const struct table *t, const void *row)
{
	index_prefetch(&t->index, hash_row(t, row));
}

static uint32_t add_row(struct table *t, const void *row, uint32_t hash)
{
	uint32_t i = table_append(t, row);

	index_add(&t->index, hash, i);
	return i;
}

static uint32_t intern_hashed(struct table *t, const void *row, uint32_t hash)
{
	uint32_t i = find_row(t, row, hash);

	return i || is_zero(t, row) ? i : add_row(t, row, hash);
}

uint32_t table_intern(struct table *t, const void *row)
{
	return intern_hashed(t, row, hash_row(t, row));
}

static void intern_group(struct table *t, const char *rows, size_t n, uint32_t *number)
{
	uint32_t hash[INDEX_GROUP];

	for (size_t i = 0; i < n; i++) {
		hash[i] = hash_row(t, rows + i * t->row_size);
		index_prefetch(&t->index, hash[i]);
	}
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(table_row(t, index_likely(&t->index, hash[i])));
	for (size_t i = 0; i < n; i++)
		number[i] = intern_hashed(t, rows + i * t->row_size, hash[i]);
}

void table_intern_all(struct table *t, const void *rows, size_t n, uint32_t *number)
{
	for (size_t i = 0; i < n; i += INDEX_GROUP)
		intern_group(t, (const char *)rows + i * t->row_size, min_size(n - i, INDEX_GROUP),
			     number + i);
}

void table_enter(struct table *t, uint32_t i)
{
	index_add(&t->index, hash_row(t, table_row(t, i)), i);
}

uint32_t table_add(struct table *t, const void *row)
{
	return add_row(t, row, hash_row(t, row));
}

void table_clear(struct table *t)
{
	t->n = 1;
	index_clear(&t->index);
}

void table_release(struct table *t)
{
	mem_free(t->rows, t->cap * t->row_size);
	index_release(&t->index);
	*t = (struct table){ 0 };
}
