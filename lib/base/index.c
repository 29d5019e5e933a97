#include "base/index.h"

#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { FIRST_BITS = 6 };

static size_t slots_of(const struct index *ix)
{
	return ix->slot ? (size_t)1 << ix->bits : 0;
}

static void place(struct index *ix, struct index_slot s)
{
	uint32_t mask = (uint32_t)(((uint64_t)1 << ix->bits) - 1);
	uint32_t at = s.hash >> (32 - ix->bits);

	while (ix->slot[at].row)
		at = (at + 1) & mask;
	ix->slot[at] = s;
}

/* Slots are written before they are read, which costs one page fault and not two. */
static void resize(struct index *ix, uint8_t bits)
{
	struct index_slot *was = ix->slot;
	size_t nwas = slots_of(ix), size = sizeof(*was) << bits;

	ix->bits = bits;
	ix->slot = mem_resize(NULL, 0, size);
	memset(ix->slot, 0, size);
	for (size_t i = 0; i < nwas; i++)
		if (was[i].row)
			place(ix, was[i]);
	mem_free(was, nwas * sizeof(*was));
}

static bool is_full(uint64_t rows, uint64_t slots)
{
	return rows * 3 >= slots * 2;
}

void index_add(struct index *ix, uint32_t hash, uint32_t row)
{
	if (is_full(ix->n, slots_of(ix)))
		resize(ix, ix->slot ? (uint8_t)(ix->bits + 1) : FIRST_BITS);
	place(ix, (struct index_slot){ hash, row });
	ix->n++;
}

void index_reserve(struct index *ix, uint32_t n)
{
	uint8_t bits = ix->slot ? ix->bits : FIRST_BITS;

	while (is_full((uint64_t)ix->n + n, (uint64_t)1 << bits))
		bits++;
	if (!ix->slot || bits > ix->bits)
		resize(ix, bits);
}

void index_clear(struct index *ix)
{
	if (ix->n)
		memset(ix->slot, 0, slots_of(ix) * sizeof(*ix->slot));
	ix->n = 0;
}

void index_release(struct index *ix)
{
	mem_free(ix->slot, slots_of(ix) * sizeof(*ix->slot));
	*ix = (struct index){ 0 };
}

uint32_t hash_bytes(const void *p, size_t n)
{
	return (uint32_t)XXH3_64bits(p, n);
}
