/* Blocks of a day become one, and what is due of this. */
#include "store/compact.h"

#include <stdlib.h>

#include "base/when.h"
#include "store/compaction.h"

enum {
	MOST_INPUTS = 16,        /* blocks that are open together: so memory stays bounded */
	LOGS_DUE = 64,           /* so many logs, */
	LOG_BYTES_DUE = 8 << 20, /* or so many bytes in them */
	BLOCKS_DUE = 8,          /* blocks of one level, */
	DAY_BLOCKS_DUE = 4,      /* or blocks of a day that is over */
};

static bool is_over(int64_t day)
{
	return when_now() - (day + DAY_NS) > HOUR_NS;
}

/* Have all profiles of the view's good files been written? */
static uint64_t profiles_in(const struct store_view *v)
{
	uint64_t n = 0;

	for (size_t i = 0; i < v->file.n; i++)
		n += v->file.v[i]->is_bad ? 0 : v->file.v[i]->block.nprofile;
	return n;
}

static size_t good_files(const struct store_view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->file.n; i++)
		n += !v->file.v[i]->is_bad;
	return n;
}

static bool write_joined(struct compaction *c, struct store_view *v, int64_t day, unsigned level)
{
	uint64_t before = c->result->nprofile;

	if (!compaction_write(c, v, NULL, day, day + DAY_NS, level < 255 ? level + 1 : level))
		return false;
	if (c->result->nprofile - before != profiles_in(v)) {
		c->stopped = true;
		return compaction_error(c, "a compaction has lost profiles; the blocks stay");
	}
	return true;
}

/*
 * Make one block of these, which are all of one day. A damaged one is left out from now on:
 * the caller chooses again. False if nothing has changed.
 */
static bool join_blocks(struct compaction *c, const struct store_names *chosen, int64_t day)
{
	struct dictionary dict;
	struct store_view v;
	size_t nbad = c->bad.n;
	unsigned level = 0;
	bool ok = true;

	for (size_t i = 0; i < chosen->n; i++)
		if (chosen->v[i].level > level)
			level = chosen->v[i].level;
	dict_init(&dict);
	view_open_files(&v, c->dir, &dict, chosen);
	compaction_bad_files(c, &v);
	if (good_files(&v) == chosen->n) {
		ok = write_joined(c, &v, day, level);
		for (size_t i = 0; i < v.file.n && ok; i++)
			ok = compaction_remove(c, v.file.v[i]->name.text);
		ok = ok && compaction_sync(c);
	}
	view_close(&v);
	dict_release(&dict);
	return (ok || c->bad.n > nbad) && !c->stopped && compaction_list(c);
}

static int by_level(const void *a, const void *b)
{
	const struct store_name *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return (x->from > y->from) - (x->from < y->from);
}

/* The blocks of a day, of one level or (0) of all: the lowest first. */
static void choose_blocks(const struct compaction *c, int64_t day, unsigned level,
			  struct store_names *chosen)
{
	vec_clear(chosen);
	for (size_t i = 0; i < c->names.n; i++) {
		const struct store_name *n = &c->names.v[i];

		if (store_name_is_of_day(n, day) && (!level || n->level == level) &&
		    !compaction_is_bad(c, n->id))
			vec_push(chosen, *n);
	}
	if (chosen->n)
		qsort(chosen->v, chosen->n, sizeof(*chosen->v), by_level);
}

/* Join blocks of a day and level, as long as there are so many. */
static bool join_while_due(struct compaction *c, int64_t day, unsigned level, size_t due)
{
	struct store_names chosen = { 0 };
	bool ok = true;

	for (;;) {
		choose_blocks(c, day, level, &chosen);
		if (!ok || chosen.n < due)
			break;
		chosen.n = min_size(chosen.n, MOST_INPUTS);
		ok = join_blocks(c, &chosen, day);
	}
	vec_release(&chosen);
	return ok;
}

static bool compact_day(struct compaction *c, int64_t day)
{
	bool ok = true;

	if (c->options->all || is_over(day))
		return join_while_due(c, day, 0, c->options->all ? 2 : DAY_BLOCKS_DUE);
	for (unsigned level = 1; level < 255 && ok; level++)
		ok = join_while_due(c, day, level, BLOCKS_DUE);
	return ok;
}

/* What is due */

struct day_and_level {
	int64_t day;
	unsigned level;
};

static int by_day(const void *a, const void *b)
{
	const struct day_and_level *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->level > y->level) - (x->level < y->level);
}

/* The days that have enough blocks. */
static void find_due(const struct store_names *names, bool all, struct days *due)
{
	VEC(struct day_and_level) block = { 0 };
	size_t of_day = 0, of_level = 0;

	for (size_t i = 0; i < names->n; i++)
		if (!names->v[i].is_log)
			vec_push(&block, { store_day_of(names->v[i].from), names->v[i].level });
	if (block.n)
		qsort(block.v, block.n, sizeof(*block.v), by_day);
	for (size_t i = 0; i < block.n; i++) {
		bool same_day = i && block.v[i].day == block.v[i - 1].day;

		of_day = same_day ? of_day + 1 : 1;
		of_level = same_day && block.v[i].level == block.v[i - 1].level ? of_level + 1 : 1;
		if (of_level >= BLOCKS_DUE || (all && of_day > 1) ||
		    (of_day >= DAY_BLOCKS_DUE && is_over(block.v[i].day)))
			vec_push(due, block.v[i].day);
	}
	days_sort(due);
	vec_release(&block);
}

static bool compact_days(struct compaction *c)
{
	struct days due = { 0 };
	bool ok = compaction_list(c);

	if (ok)
		find_due(&c->names, c->options->all, &due);
	for (size_t i = 0; i < due.n && ok; i++) {
		ok = remove_replaced(c, due.v[i]) && compact_day(c, due.v[i]);
		ok = ok || (!c->stopped && compaction_list(c));
	}
	vec_release(&due);
	return ok;
}

bool store_compact(const char *dir, const struct compact_options *o, struct compact_result *result)
{
	struct compaction c = { .dir = dir, .options = o, .result = result };
	bool was_left;

	if (!compaction_begin(&c, &was_left))
		return result->is_busy;
	if (remove_temporary(&c) && compact_logs(&c) && (!was_left || remove_all_replaced(&c)))
		compact_days(&c);
	return compaction_end(&c);
}

bool store_compact_due(const char *dir)
{
	struct store_names names = { 0 };
	struct days blocks = { 0 };
	uint64_t nlog = 0, size = 0;
	bool due = false;

	if (store_list(dir, &names)) {
		for (size_t i = 0; i < names.n; i++)
			if (names.v[i].is_log) {
				nlog++;
				size += store_file_size(dir, names.v[i].text);
			}
		find_due(&names, false, &blocks);
		due = nlog >= LOGS_DUE || size >= LOG_BYTES_DUE || blocks.n;
	}
	vec_release(&names);
	vec_release(&blocks);
	return due;
}
