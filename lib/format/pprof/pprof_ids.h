/*
 * From the ids of a pprof message to positions in arrays, which count from 1. If ids are
 * 1, 2, 3 ... in order, as most writers number them, nothing is stored; otherwise small
 * ids are in an array and large ones in a table.
 */
#ifndef FORMAT_PPROF_IDS_H
#define FORMAT_PPROF_IDS_H

#include "base/table.h"

struct ids {
	size_t in_order; /* each id from 1 to this one is its own position */
	uint32_t *small;
	size_t nsmall;
	struct table large; /* rows { id, position } */
};

/* Make room for about n ids. */
void ids_init(struct ids *ids, size_t n);
void ids_release(struct ids *ids);

/* False when the id is taken. */
bool ids_add(struct ids *ids, uint64_t id, size_t position);

size_t ids_find_out_of_order(const struct ids *ids, uint64_t id);

/* The position of an id; 0 if there is no such id. */
static inline size_t ids_find(const struct ids *ids, uint64_t id)
{
	return id <= ids->in_order ? id : ids_find_out_of_order(ids, id);
}

#endif
