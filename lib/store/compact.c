#include "store/compact.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/lock.h"
#include "store/merge_rows.h"

enum {
	BATCH_BYTES = 4 << 20,   /* of logs that are in memory together */
	LOGS_DUE = 64,           /* so many logs, */
	LOG_BYTES_DUE = 8 << 20, /* or so many bytes in them */
	BLOCKS_DUE = 8,          /* blocks of one level, */
	DAY_BLOCKS_DUE = 4,      /* or blocks of a day that is over */
};

struct compaction {
	const char *dir;
	const struct compact_options *options;
	struct compact_result *result;
	struct store_names names;
	bool failed;
};

struct numbers VEC_OF(size_t);

static bool compact_error(struct compaction *c, const char *message)
{
	buf_printf(&c->result->errors, "%s\n", message);
	c->failed = true;
	return false;
}

static bool compact_errno(struct compaction *c, const char *what)
{
	buf_printf(&c->result->errors, "%s: cannot %s: %s\n", c->dir, what, strerror(errno));
	c->failed = true;
	return false;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static bool list_again(struct compaction *c)
{
	return store_list(c->dir, &c->names) || compact_errno(c, "read the directory");
}

static bool remove_file(struct compaction *c, const char *name)
{
	char path[PATH_MAX];

	store_path(path, c->dir, name);
	if (unlink(path) < 0 && errno != ENOENT)
		return compact_errno(c, "remove a file");
	c->result->nremoved++;
	return true;
}

static uint64_t size_of_file(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	store_path(path, dir, name);
	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* What a crash has left */

/* No other compaction is at work, so no block is being written. */
static bool remove_temporary(struct compaction *c)
{
	DIR *d = opendir(c->dir);
	struct dirent *entry;

	if (!d)
		return compact_errno(c, "read the directory");
	while ((entry = readdir(d)))
		if (strncmp(entry->d_name, "tmp-", 4) == 0)
			remove_file(c, entry->d_name);
	closedir(d);
	return !c->failed;
}

/* Is all that the block has replaced by another one? */
static bool is_replaced(const struct view_file *f)
{
	for (size_t i = 0; i < f->gone.n; i++)
		if (!f->is_bad && !f->name.is_log && f->block.first >= f->gone.v[i].from &&
		    f->block.last < f->gone.v[i].to)
			return true;
	return false;
}

/* Remove blocks that others replace. Logs are read anyway: see compact_batch(). */
static bool remove_replaced(struct compaction *c)
{
	struct dictionary dict;
	struct store_view v;

	dict_init(&dict);
	if (!view_open(&v, c->dir, &dict, INT64_MIN, INT64_MAX))
		compact_error(c, "the store cannot be read");
	for (size_t i = 0; i < v.file.n && !c->failed; i++)
		if (is_replaced(v.file.v[i]))
			remove_file(c, v.file.v[i]->name.text);
	view_close(&v);
	dict_release(&dict);
	if (!c->failed && !store_sync_directory(c->dir))
		return compact_errno(c, "write the directory");
	return !c->failed;
}

/* Blocks */

/* Replaced files that other blocks in the view have, and that are still there. */
static void inherit_replaced(struct block_writer *w, const struct store_view *v,
			     const struct store_names *names)
{
	for (size_t i = 0; i < v->file.n; i++) {
		const struct view_file *f = v->file.v[i];

		for (size_t r = 0; !f->is_bad && !f->name.is_log && r < f->block.replaced.n; r++) {
			const struct replaced *old = &f->block.replaced.v[r];

			for (size_t k = 0; k < names->n; k++)
				if (names->v[k].id == old->id)
					block_replaces(w, old->id, old->from, old->to);
		}
	}
}

/*
 * Write one block of what the view's files have of the time [from, to). Nothing is
 * written if that is nothing.
 */
static bool write_block(struct compaction *c, struct store_view *v, const struct log_contents *logs,
			int64_t from, int64_t to, unsigned level)
{
	struct block_writer w;
	uint64_t n = 0;
	bool ok = block_create(&w, c->dir, level,
			       c->options->zstd_level ? c->options->zstd_level : COMPACT_ZSTD);

	for (size_t i = 0; i < v->file.n; i++)
		if (!v->file.v[i]->is_bad)
			block_replaces(&w, v->file.v[i]->name.id, from, to);
	inherit_replaced(&w, v, &c->names);
	ok = ok && merge_into_block(v, logs, from, to, &w, &n);
	if (ok && n) {
		ok = block_finish(&w);
		c->result->nwritten += ok;
		c->result->nprofile += ok ? n : 0;
	}
	if (w.error.n)
		compact_error(c, w.error.p);
	for (size_t i = 0; i < v->file.n && !ok && !w.error.n; i++) {
		const struct view_file *f = v->file.v[i];
		const struct in *in = f->name.is_log ? &f->log.in : &f->block.in;

		if (in->failed)
			compact_error(c, in->error.p);
	}
	block_writer_release(&w);
	c->failed |= !ok;
	return ok;
}

/* Leave out all files of the view but these. */
static void keep_files(struct store_view *v, const struct store_names *names,
		       const struct numbers *chosen)
{
	for (size_t i = 0; i < v->file.n; i++) {
		bool wanted = false;

		for (size_t k = 0; k < chosen->n; k++)
			wanted |= names->v[chosen->v[k]].id == v->file.v[i]->name.id;
		v->file.v[i]->is_bad |= !wanted;
	}
}

static bool files_are_good(struct compaction *c, const struct store_view *v, size_t nwanted)
{
	size_t n = 0;

	for (size_t i = 0; i < v->file.n; i++)
		n += !v->file.v[i]->is_bad;
	if (n == nwanted)
		return true;
	buf_add(&c->result->errors, buf_str(&v->errors));
	c->failed = true;
	return false;
}

static bool remove_chosen(struct compaction *c, const struct numbers *chosen)
{
	for (size_t i = 0; i < chosen->n; i++)
		if (!remove_file(c, c->names.v[chosen->v[i]].text))
			return false;
	return store_sync_directory(c->dir) || compact_errno(c, "write the directory");
}

/* Make one block of these, which are all of one day. */
static bool compact_blocks(struct compaction *c, const struct numbers *chosen, int64_t day)
{
	struct dictionary dict;
	struct store_view v;
	unsigned level = 0;
	bool ok;

	for (size_t i = 0; i < chosen->n; i++)
		if (c->names.v[chosen->v[i]].level > level)
			level = c->names.v[chosen->v[i]].level;
	dict_init(&dict);
	ok = view_open(&v, c->dir, &dict, day, day + DAY_NS);
	keep_files(&v, &c->names, chosen);
	ok = ok && files_are_good(c, &v, chosen->n) &&
	     write_block(c, &v, NULL, day, day + DAY_NS, level < 255 ? level + 1 : level);
	view_close(&v);
	dict_release(&dict);
	if (!ok) {
		c->failed = true;
		return false;
	}
	return remove_chosen(c, chosen);
}

/* Is the block of that day alone? */
static bool is_of_day(const struct store_name *n, int64_t day)
{
	return !n->is_log && n->from >= day && n->to <= day + DAY_NS;
}

/* Choose the blocks of a day that are to become one: n of a level, or all. */
static void choose_blocks(const struct compaction *c, int64_t day, unsigned level,
			  struct numbers *chosen)
{
	vec_clear(chosen);
	for (size_t i = 0; i < c->names.n; i++)
		if (is_of_day(&c->names.v[i], day) && (!level || c->names.v[i].level == level))
			vec_push(chosen, i);
}

static bool compact_day(struct compaction *c, int64_t day)
{
	struct numbers chosen = { 0 };
	bool is_over = now_ns() - (day + DAY_NS) > HOUR_NS, ok = true;
	size_t due = c->options->all ? 2 : is_over ? DAY_BLOCKS_DUE : SIZE_MAX;

	choose_blocks(c, day, 0, &chosen);
	if (chosen.n >= due)
		ok = compact_blocks(c, &chosen, day) && list_again(c);
	for (unsigned level = 1; level < 255 && ok && chosen.n < due; level++) {
		choose_blocks(c, day, level, &chosen);
		if (chosen.n >= BLOCKS_DUE)
			ok = compact_blocks(c, &chosen, day) && list_again(c);
		chosen.n = 0;
	}
	vec_release(&chosen);
	return ok;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool compact_days(struct compaction *c)
{
	VEC(int64_t) day = { 0 };
	bool ok = list_again(c);

	for (size_t i = 0; ok && i < c->names.n; i++)
		if (!c->names.v[i].is_log)
			vec_push(&day, span_of(c->names.v[i].from, DAY_NS));
	if (day.n)
		qsort(day.v, day.n, sizeof(*day.v), by_number);
	for (size_t i = 0; i < day.n && ok; i++)
		if (!i || day.v[i] != day.v[i - 1])
			ok = compact_day(c, day.v[i]);
	vec_release(&day);
	return ok;
}

/* Logs */

struct batch {
	struct numbers chosen;
	VEC(int) lock;
	uint64_t size;
};

/*
 * May the log be removed after it was read? Ours if nobody writes it, which the lock
 * says; one of another machine once its writer has promised not to any more.
 */
static int lock_log(const struct compaction *c, const struct store_name *n, const char *host)
{
	char path[PATH_MAX];
	int fd;

	store_path(path, c->dir, n->text);
	if (strcmp(n->host, host) != 0 && now_ns() - n->from < 3 * HOUR_NS)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && strcmp(n->host, host) == 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void choose_logs(struct compaction *c, struct batch *b, size_t *next)
{
	char host[64];

	store_host(host, sizeof(host));
	for (; *next < c->names.n && b->size < BATCH_BYTES; ++*next) {
		const struct store_name *n = &c->names.v[*next];
		int fd = n->is_log ? lock_log(c, n, host) : -1;

		if (fd < 0)
			continue;
		vec_push(&b->lock, fd);
		vec_push(&b->chosen, *next);
		b->size += size_of_file(c->dir, n->text);
	}
}

static void release_batch(struct batch *b)
{
	for (size_t i = 0; i < b->lock.n; i++)
		close(b->lock.v[i]);
	vec_release(&b->lock);
	vec_release(&b->chosen);
}

/* A block for each day that has profiles in the logs. */
static bool write_days(struct compaction *c, struct store_view *v, const struct log_contents *logs)
{
	VEC(int64_t) day = { 0 };
	bool ok = true;

	for (size_t i = 0; i < logs->series.n; i++)
		for (size_t k = 0; k < logs->series.v[i].rows.profile.n; k++) {
			int64_t d = span_of(logs->series.v[i].rows.profile.v[k].time, DAY_NS);

			if (!day.n || vec_last(&day) != d)
				vec_push(&day, d);
		}
	if (day.n)
		qsort(day.v, day.n, sizeof(*day.v), by_number);
	for (size_t i = 0; i < day.n && ok; i++)
		if (!i || day.v[i] != day.v[i - 1])
			ok = write_block(c, v, logs, day.v[i], day.v[i] + DAY_NS, 1);
	vec_release(&day);
	return ok;
}

/* Logs that cannot be read whole stay: what is in them is not given up. */
static bool compact_batch(struct compaction *c, const struct batch *b)
{
	struct log_contents logs = { 0 };
	struct dictionary dict;
	struct store_view v;
	uint64_t before = c->result->nprofile;
	bool ok;

	dict_init(&dict);
	ok = view_open(&v, c->dir, &dict, INT64_MIN, INT64_MAX);
	keep_files(&v, &c->names, &b->chosen);
	ok = ok && files_are_good(c, &v, b->chosen.n);
	v.errors.n = v.nerror = 0;
	log_contents_read(&logs, &v);
	if (v.nerror) {
		buf_add(&c->result->errors, buf_str(&v.errors));
		ok = false;
	}
	ok = ok && write_days(c, &v, &logs);
	if (ok && c->result->nprofile - before != logs.nprofile)
		ok = compact_error(c, "a compaction has lost profiles; the logs stay");
	log_contents_release(&logs);
	view_close(&v);
	dict_release(&dict);
	c->failed |= !ok;
	return ok && remove_chosen(c, &b->chosen);
}

static bool compact_logs(struct compaction *c)
{
	size_t next = 0;
	bool ok = list_again(c);

	while (ok && next < c->names.n) {
		struct batch b = { 0 };

		choose_logs(c, &b, &next);
		if (b.chosen.n)
			ok = compact_batch(c, &b);
		release_batch(&b);
	}
	return ok;
}

bool store_compact(const char *dir, const struct compact_options *o, struct compact_result *result)
{
	struct compaction c = { .dir = dir, .options = o, .result = result };

	*result = (struct compact_result){ 0 };
	if (!store_lock(dir)) {
		result->is_busy = !errno;
		return result->is_busy || compact_errno(&c, "lock the store");
	}
	if (remove_temporary(&c) && remove_replaced(&c)) {
		compact_logs(&c);
		compact_days(&c);
	}
	store_unlock(dir);
	vec_release(&c.names);
	return !c.failed;
}

/* What is due */

static bool blocks_are_due(const struct store_names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct store_name *n = &names->v[i];
		int64_t day = span_of(n->from, DAY_NS);
		size_t alike = 0, all = 0;

		for (size_t k = 0; k < names->n && !n->is_log; k++) {
			all += is_of_day(&names->v[k], day);
			alike += is_of_day(&names->v[k], day) && names->v[k].level == n->level;
		}
		if (alike >= BLOCKS_DUE ||
		    (all >= DAY_BLOCKS_DUE && now_ns() - (day + DAY_NS) > HOUR_NS))
			return true;
	}
	return false;
}

bool store_compact_due(const char *dir)
{
	struct store_names names = { 0 };
	uint64_t nlog = 0, size = 0;
	bool due = false;

	if (store_list(dir, &names)) {
		for (size_t i = 0; i < names.n; i++)
			if (names.v[i].is_log) {
				nlog++;
				size += size_of_file(dir, names.v[i].text);
			}
		due = nlog >= LOGS_DUE || size >= LOG_BYTES_DUE || blocks_are_due(&names);
	}
	vec_release(&names);
	return due;
}

/* Old blocks */

static int by_end(const void *a, const void *b)
{
	const struct store_name *x = a, *y = b;

	return (x->to > y->to) - (x->to < y->to);
}

static bool remove_blocks(struct compaction *c, int64_t before, uint64_t most)
{
	uint64_t size = 0;

	if (!remove_replaced(c) || !list_again(c))
		return false;
	if (c->names.n)
		qsort(c->names.v, c->names.n, sizeof(*c->names.v), by_end);
	for (size_t i = 0; i < c->names.n; i++)
		size += size_of_file(c->dir, c->names.v[i].text);
	for (size_t i = 0; i < c->names.n && !c->failed; i++) {
		const struct store_name *n = &c->names.v[i];

		if (n->is_log || (n->to > before && (!most || size <= most)))
			continue;
		size -= size_of_file(c->dir, n->text);
		remove_file(c, n->text);
	}
	if (!store_sync_directory(c->dir))
		return compact_errno(c, "write the directory");
	return !c->failed;
}

/* Logs that a block replaces in part are compacted before, so that nothing comes back. */
bool store_remove_old(const char *dir, int64_t before, uint64_t most, struct compact_result *result)
{
	struct compact_options o = { 0 };
	struct compaction c = { .dir = dir, .options = &o, .result = result };

	*result = (struct compact_result){ 0 };
	if (!store_lock(dir)) {
		result->is_busy = !errno;
		return result->is_busy || compact_errno(&c, "lock the store");
	}
	if (remove_temporary(&c) && remove_replaced(&c) && compact_logs(&c))
		remove_blocks(&c, before, most);
	store_unlock(dir);
	vec_release(&c.names);
	return !c.failed;
}
