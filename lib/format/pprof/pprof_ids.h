/*
 * From the ids of a pprof message to places in arrays, counted from 1. Most writers
 * number from 1 themselves, and nothing need be kept; else it is an array for small
 * ids, and a table for others.
 */
#ifndef FORMAT_PPROF_IDS_H
#define FORMAT_PPROF_IDS_H

#include "base/table.h"

struct ids {
	size_t in_order; /* ids 1 to this one stand at these places */
	uint32_t *small;
	size_t nsmall;
	struct table large; /* rows { id, place } */
};

/* For about n ids. */
void ids_init(struct ids *ids, size_t n);
void ids_release(struct ids *ids);

/* False when the id is taken. */
bool ids_add(struct ids *ids, uint64_t id, size_t place);

size_t ids_find_out_of_order(const struct ids *ids, uint64_t id);

/* 0 when there is no such id. */
static inline size_t ids_find(const struct ids *ids, uint64_t id)
{
	return id <= ids->in_order ? id : ids_find_out_of_order(ids, id);
}

#endif
