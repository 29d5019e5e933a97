/* Removing blocks that are too old, or exceed the size limit. */
#include <stdio.h>
#include <stdlib.h>

#include "store/compaction.h"

static int by_end(const void *a, const void *b)
{
	const struct store_name *x = a, *y = b;

	return (x->to > y->to) - (x->to < y->to);
}

static void remove_blocks(struct compaction *c, int64_t before, uint64_t most)
{
	uint64_t size = 0;

	if (c->names.n)
		qsort(c->names.v, c->names.n, sizeof(*c->names.v), by_end);
	for (size_t i = 0; i < c->names.n; i++)
		size += store_file_size(c->dir, c->names.v[i].text);
	for (size_t i = 0; i < c->names.n && !c->stopped; i++) {
		const struct store_name *n = &c->names.v[i];

		if (n->is_log || (n->to > before && (!most || size <= most)))
			continue;
		size -= store_file_size(c->dir, n->text);
		compaction_remove(c, n->text);
	}
	if (!c->stopped)
		compaction_sync(c);
}

/* Remove old damaged logs: what can be read of them is in blocks. */
static void remove_damaged(struct compaction *c, int64_t before)
{
	struct store_names damaged = { 0 };
	char name[sizeof(damaged.v->text) + 16];

	if (!store_list_damaged(c->dir, &damaged))
		compaction_stop(c, "read the directory");
	for (size_t i = 0; i < damaged.n && !c->stopped; i++) {
		if (damaged.v[i].from > before)
			continue;
		snprintf(name, sizeof(name), "%s.damaged", damaged.v[i].text);
		compaction_remove(c, name);
	}
	vec_release(&damaged);
}

/*
 * First remove what blocks have replaced, and compact logs that a block replaces in part: with
 * that block gone, these files would be read again. On a full disk that compaction fails, and is
 * reported; old blocks are removed all the same, so that there is room for the next one.
 */
bool store_remove_old(const char *dir, int64_t before, uint64_t most, struct compact_result *result)
{
	struct compact_options o = { 0 };
	struct compaction c = { .dir = dir, .options = &o, .result = result };
	bool was_left;

	if (!compaction_begin(&c, &was_left))
		return result->is_busy;
	if (remove_temporary(&c) && !compact_logs(&c))
		c.stopped = false;
	if (!c.stopped && remove_all_replaced(&c) && compaction_list(&c)) {
		remove_damaged(&c, before);
		remove_blocks(&c, before, most);
	}
	return compaction_end(&c);
}
