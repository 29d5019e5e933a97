/* Joining the blocks of a day, and deciding what is due. */
#include "store/compact.h"

#include <stdlib.h>

#include "base/when.h"
#include "store/compaction.h"

enum {
	MOST_INPUTS = 16,        /* blocks that are open at a time, which bounds memory */
	LOGS_DUE = 64,           /* this many logs, */
	LOG_BYTES_DUE = 8 << 20, /* or this many bytes of logs */
	BLOCKS_DUE = 8,          /* this many blocks of one level, */
	DAY_BLOCKS_DUE = 4,      /* or of a day that is over */
};

/*
 * Is a day over, and was no block of it written in the last hour? Without the wait, an import
 * of old profiles would rewrite the whole day for each batch.
 */
static bool is_over(const struct compaction *c, int64_t day)
{
	int64_t hour_ago = when_now() - HOUR_NS;
	bool settled = day + DAY_NS < hour_ago;

	for (size_t i = 0; i < c->names.n && settled; i++)
		if (store_name_is_of_day(&c->names.v[i], day))
			settled = store_file_time(c->dir, c->names.v[i].text) < hour_ago;
	return settled;
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

/* The resolution due for the blocks of a day; 0 if profiles stay as they are. */
static int64_t step_of_day(const struct compaction *c, int64_t day)
{
	return day + DAY_NS <= when_now() - c->resolution.age ? c->resolution.step : 0;
}

static bool write_joined(struct compaction *c, struct store_view *v,
			 const struct store_names *chosen, int64_t day)
{
	uint64_t before = c->result->nprofile;
	struct merge_how how = { day, day + DAY_NS, .step = step_of_day(c, day) };

	for (size_t i = 0; i < chosen->n; i++) {
		const struct store_name *n = &chosen->v[i];

		how.level = n->level > how.level ? n->level : how.level;
		how.step = n->step > how.step ? n->step : how.step;
	}
	how.level += how.level < 255;
	if (!compaction_write(c, v, NULL, &how))
		return false;
	if (c->result->nprofile - before != profiles_in(v)) {
		c->stopped = true;
		return compaction_error(c, "a compaction has lost profiles; the blocks stay");
	}
	return true;
}

/*
 * Join the chosen blocks, which are all of one day. A damaged block is left out from now on:
 * the caller then chooses again. False if nothing has changed.
 */
static bool join_blocks(struct compaction *c, const struct store_names *chosen, int64_t day)
{
	struct dictionary dict;
	struct store_view v;
	size_t nbad = c->bad.n;
	bool ok = true;

	dict_init(&dict);
	view_open_files(&v, c->dir, &dict, chosen);
	compaction_bad_files(c, &v);
	if (good_files(&v) == chosen->n) {
		ok = write_joined(c, &v, chosen, day);
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

/* Choose the blocks of a day, of one level or (0) of all levels, the lowest first. */
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

/* Is a block's resolution higher than its age allows? */
static bool is_to_be_reduced(const struct compaction *c, const struct store_name *n)
{
	return !n->is_log && n->step < step_of_day(c, store_day_of(n->from));
}

static bool any_to_be_reduced(const struct compaction *c, const struct store_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (is_to_be_reduced(c, &names->v[i]))
			return true;
	return false;
}

/* Join blocks of a day and level while there are at least `due`, or one is to be reduced. */
static bool join_while_due(struct compaction *c, int64_t day, unsigned level, size_t due)
{
	struct store_names chosen = { 0 };
	bool ok = true;

	for (;;) {
		choose_blocks(c, day, level, &chosen);
		if (!ok || (chosen.n < due && !any_to_be_reduced(c, &chosen)))
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

	if (c->options->all || is_over(c, day))
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

/*
 * Is the block to be reduced, and older than an hour? Before that, more of an import may follow,
 * and would have to be added up with it again.
 */
static bool reduction_is_due(const struct compaction *c, const struct store_name *n, bool all)
{
	return is_to_be_reduced(c, n) &&
	       (all || when_now() - store_file_time(c->dir, n->text) > HOUR_NS);
}

/* Find the days that have enough blocks to join, or a block to reduce. */
static void find_due(const struct compaction *c, bool all, struct days *due)
{
	const struct store_names *names = &c->names;
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
		    (of_day == DAY_BLOCKS_DUE && is_over(c, block.v[i].day)))
			vec_push(due, block.v[i].day);
	}
	for (size_t i = 0; i < names->n; i++)
		if (reduction_is_due(c, &names->v[i], all))
			vec_push(due, store_day_of(names->v[i].from));
	days_sort(due);
	vec_release(&block);
}

static bool compact_days(struct compaction *c)
{
	struct days due = { 0 };
	bool ok = compaction_list(c);

	if (ok)
		find_due(c, c->options->all, &due);
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
	struct compaction c = { .dir = dir };
	struct days blocks = { 0 };
	uint64_t nlog = 0, size = 0;
	bool due = false;

	if (store_resolution(dir, &c.resolution) && store_list(dir, &c.names)) {
		for (size_t i = 0; i < c.names.n; i++)
			if (c.names.v[i].is_log) {
				nlog++;
				size += store_file_size(dir, c.names.v[i].text);
			}
		find_due(&c, false, &blocks);
		due = nlog >= LOGS_DUE || size >= LOG_BYTES_DUE || blocks.n;
	}
	vec_release(&c.names);
	vec_release(&blocks);
	return due;
}
