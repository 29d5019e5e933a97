/*
 * From a hash to the row that has it: the one hash table of the project. It
 * holds row numbers only; tables (table.h) and strings (strings.h) hold the
 * rows and say when two are the same.
 *
 * Open addressing with linear probing. A slot is the 32 bits of the hash and
 * the row; the slot's place is the upper bits of those 32, so that growing
 * needs no second look at the rows. Row 0 means "none" in every table, so here
 * it means "empty".
 */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include "base/base.h"

struct index_slot {
	uint32_t hash, row;
};

struct index {
	struct index_slot *slot; /* 1 << bits of them, or NULL */
	uint32_t n;              /* slots in use */
	uint8_t bits;
};

/* Is row `row` of `rows` the one that `key` describes? */
typedef bool index_same(const void *rows, uint32_t row, const void *key);

/* The slot where looking a hash up begins. */
static inline uint32_t index_place(const struct index *ix, uint32_t hash)
{
	return hash >> (32 - ix->bits);
}

/* The row that is the same as key, or 0. Inlined, so that `same` is too. */
static inline __attribute__((always_inline)) uint32_t index_find(const struct index *ix,
								 uint32_t hash, index_same *same,
								 const void *rows, const void *key)
{
	uint32_t mask = (uint32_t)(((uint64_t)1 << ix->bits) - 1);

	if (!ix->slot)
		return 0;
	for (uint32_t at = index_place(ix, hash);; at = (at + 1) & mask) {
		const struct index_slot *s = &ix->slot[at];

		if (!s->row || (s->hash == hash && same(rows, s->row, key)))
			return s->row;
	}
}

/* Ask for the memory that looking a hash up will touch first. */
static inline void index_prefetch(const struct index *ix, uint32_t hash)
{
	if (ix->slot)
		__builtin_prefetch(&ix->slot[index_place(ix, hash)]);
}

/* The first row with that hash, which a look-up will most likely find, or 0. */
static inline uint32_t index_likely(const struct index *ix, uint32_t hash)
{
	uint32_t mask = (uint32_t)(((uint64_t)1 << ix->bits) - 1);

	if (!ix->slot)
		return 0;
	for (uint32_t at = index_place(ix, hash);; at = (at + 1) & mask)
		if (!ix->slot[at].row || ix->slot[at].hash == hash)
			return ix->slot[at].row;
}

/* Look-ups that are done together wait for memory together: in groups of so many. */
enum { INDEX_GROUP = 32 };

/* Enter a row that index_find() did not find. */
void index_add(struct index *ix, uint32_t hash, uint32_t row);

/* Make room for n more rows at once. */
void index_reserve(struct index *ix, uint32_t n);

/* Forget all rows; memory is kept. */
void index_clear(struct index *ix);

void index_release(struct index *ix);

/* 32 well-mixed bits of eight bytes, or of n bytes. */
static inline uint32_t hash_u64(uint64_t v)
{
	unsigned __int128 m = (unsigned __int128)(v ^ 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93;

	return (uint32_t)((uint64_t)(m >> 64) ^ (uint64_t)m);
}

uint32_t hash_bytes(const void *p, size_t n);

#endif
