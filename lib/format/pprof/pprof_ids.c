#include "format/pprof/pprof_ids.h"

#include <string.h>

void ids_init(struct ids *ids, size_t n)
{
	*ids = (struct ids){ .nsmall = 2 * n + 64 };
	ids->small = mem_zeroed(ids->nsmall, sizeof(*ids->small));
	table_init(&ids->large, 16, 8);
}

void ids_release(struct ids *ids)
{
	mem_free(ids->small, ids->nsmall * sizeof(*ids->small));
	table_release(&ids->large);
}

size_t ids_find_out_of_order(const struct ids *ids, uint64_t id)
{
	uint64_t row[2] = { id, 0 };

	if (id < ids->nsmall)
		return ids->small[id];
	memcpy(row, table_row(&ids->large, table_find(&ids->large, row)), sizeof(row));
	return row[1];
}

bool ids_add(struct ids *ids, uint64_t id, size_t position)
{
	uint64_t row[2] = { id, position };

	if (ids_find(ids, id))
		return false;
	if (id == position && id == ids->in_order + 1)
		ids->in_order++;
	else if (id < ids->nsmall)
		ids->small[id] = (uint32_t)position;
	else
		table_intern(&ids->large, row);
	return true;
}
