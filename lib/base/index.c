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

static void grow(struct index *ix)
{
	struct index_slot *was = ix->slot;
	size_t nwas = slots_of(ix);

	ix->bits = was ? (uint8_t)(ix->bits + 1) : FIRST_BITS;
	ix->slot = mem_zeroed((size_t)1 << ix->bits, sizeof(*ix->slot));
	for (size_t i = 0; i < nwas; i++)
		if (was[i].row)
			place(ix, was[i]);
	mem_free(was, nwas * sizeof(*was));
}

void index_add(struct index *ix, uint32_t hash, uint32_t row)
{
	if ((uint64_t)ix->n * 3 >= slots_of(ix) * 2)
		grow(ix);
	place(ix, (struct index_slot){ hash, row });
	ix->n++;
}

void index_clear(struct index *ix)
{
	if (ix->slot)
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
