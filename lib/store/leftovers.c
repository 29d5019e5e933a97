/* Removing what killed compactions have left: files that are not read any more. */
#include <dirent.h>
#include <string.h>

#include "store/compaction.h"

/* The lock is held: no other compaction is writing a block. */
bool remove_temporary(struct compaction *c)
{
	DIR *d = opendir(c->dir);
	struct dirent *entry;

	if (!d)
		return compaction_stop(c, "read the directory");
	while ((entry = readdir(d)))
		if (strncmp(entry->d_name, "tmp-", 4) == 0)
			compaction_remove(c, entry->d_name);
	closedir(d);
	return !c->stopped;
}

/* Blocks are opened one at a time: there may be many. */
struct replacing {
	struct spans by;           /* what the blocks of a day replace */
	VEC(struct replaced) have; /* id and times of each block; `to` is included */
};

static void look_at_block(struct compaction *c, const struct store_name *n, struct replacing *r)
{
	char path[PATH_MAX];
	struct block b;

	store_path(path, c->dir, n->text);
	if (block_open(&b, path)) {
		vec_append(&r->by, b.replaced.v, b.replaced.n);
		vec_push(&r->have, { n->id, b.first, b.last });
	}
	block_close(&b);
}

static void look_at_day(struct compaction *c, int64_t day, struct replacing *r)
{
	for (size_t i = 0; i < c->names.n; i++)
		if (store_name_is_of_day(&c->names.v[i], day))
			look_at_block(c, &c->names.v[i], r);
}

static void release_replacing(struct replacing *r)
{
	vec_release(&r->by);
	vec_release(&r->have);
}

/* Do other blocks replace all profiles of the block? */
static bool is_replaced(const struct replacing *r, uint64_t id)
{
	for (size_t i = 0; i < r->have.n; i++)
		for (size_t k = 0; r->have.v[i].id == id && k < r->by.n; k++)
			if (r->by.v[k].id == id && r->have.v[i].from >= r->by.v[k].from &&
			    r->have.v[i].to < r->by.v[k].to)
				return true;
	return false;
}

static size_t count_blocks(const struct compaction *c, int64_t day)
{
	size_t n = 0;

	for (size_t i = 0; i < c->names.n; i++)
		n += store_name_is_of_day(&c->names.v[i], day);
	return n;
}

/* No other block can replace the only block of a day. */
bool remove_replaced(struct compaction *c, int64_t day)
{
	struct replacing r = { 0 };
	uint64_t before = c->result->nremoved;

	if (count_blocks(c, day) < 2)
		return true;
	look_at_day(c, day, &r);
	for (size_t i = 0; i < c->names.n && !c->stopped; i++)
		if (is_replaced(&r, c->names.v[i].id))
			compaction_remove(c, c->names.v[i].text);
	release_replacing(&r);
	if (c->stopped || c->result->nremoved == before)
		return !c->stopped;
	return compaction_sync(c) && compaction_list(c);
}

bool remove_all_replaced(struct compaction *c)
{
	struct days day = { 0 };
	bool ok = compaction_list(c);

	for (size_t i = 0; i < c->names.n; i++)
		if (!c->names.v[i].is_log)
			vec_push(&day, store_day_of(c->names.v[i].from));
	days_sort(&day);
	for (size_t i = 0; i < day.n && ok; i++)
		ok = remove_replaced(c, day.v[i]);
	vec_release(&day);
	return ok;
}

bool mark_replaced(struct compaction *c, const struct days *days, struct store_view *v)
{
	bool found = false;

	for (size_t d = 0; d < days->n; d++) {
		struct replacing r = { 0 };

		look_at_day(c, days->v[d], &r);
		for (size_t i = 0; i < v->file.n; i++)
			for (size_t k = 0; k < r.by.n; k++)
				if (r.by.v[k].id == v->file.v[i]->name.id) {
					vec_push(&v->file.v[i]->gone, r.by.v[k]);
					found = true;
				}
		release_replacing(&r);
	}
	return found;
}
