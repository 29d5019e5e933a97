#include "store/compaction.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/lock.h"

bool compaction_error(struct compaction *c, const char *message)
{
	buf_printf(&c->result->errors, "%s\n", message);
	c->failed = true;
	return false;
}

bool compaction_stop(struct compaction *c, const char *what)
{
	buf_printf(&c->result->errors, "%s: cannot %s: %s\n", c->dir, what, strerror(errno));
	c->failed = c->stopped = true;
	return false;
}

bool compaction_begin(struct compaction *c, bool *was_left)
{
	struct buf *why = &c->result->errors;

	*c->result = (struct compact_result){ 0 };
	if (!store_is_known(c->dir, why)) {
		buf_ch(why, '\n');
		c->failed = true;
		return false;
	}
	if (!store_resolution(c->dir, &c->resolution))
		return compaction_stop(c, "read the file \"resolution\"");
	if (store_lock(c->dir, was_left))
		return true;
	c->result->is_busy = !errno;
	return c->result->is_busy ? false : compaction_stop(c, "lock the store");
}

bool compaction_end(struct compaction *c)
{
	store_unlock(c->dir);
	vec_release(&c->names);
	vec_release(&c->bad);
	return !c->failed;
}

bool compaction_list(struct compaction *c)
{
	return store_list(c->dir, &c->names) || compaction_stop(c, "read the directory");
}

bool compaction_remove(struct compaction *c, const char *name)
{
	char path[PATH_MAX];

	store_path(path, c->dir, name);
	if (unlink(path) < 0 && errno != ENOENT)
		return compaction_stop(c, "remove a file");
	c->result->nremoved++;
	return true;
}

bool compaction_sync(struct compaction *c)
{
	return store_sync_directory(c->dir) || compaction_stop(c, "write the directory");
}

bool compaction_is_bad(const struct compaction *c, uint64_t id)
{
	for (size_t i = 0; i < c->bad.n; i++)
		if (c->bad.v[i] == id)
			return true;
	return false;
}

void compaction_bad_files(struct compaction *c, const struct store_view *v)
{
	for (size_t i = 0; i < v->file.n; i++) {
		const struct view_file *f = v->file.v[i];
		const struct in *in = f->name.is_log ? &f->log.in : &f->block.in;

		if (!in->failed || compaction_is_bad(c, f->name.id))
			continue;
		compaction_error(c, in->error.p);
		vec_push(&c->bad, f->name.id);
	}
}

/*
 * The new block also replaces what the view's blocks have replaced. Those files are gone here,
 * but a copy of the store that was made file by file may still have them.
 */
static void inherit_replaced(struct block_writer *w, const struct store_view *v)
{
	for (size_t i = 0; i < v->file.n; i++) {
		const struct view_file *f = v->file.v[i];

		for (size_t r = 0; !f->is_bad && !f->name.is_log && r < f->block.replaced.n; r++) {
			const struct replaced *old = &f->block.replaced.v[r];

			block_replaces(w, old->id, old->from, old->to);
		}
	}
}

bool compaction_write(struct compaction *c, struct store_view *v, const struct log_contents *logs,
		      const struct merge_how *how)
{
	struct block_writer w;
	struct merge_result merged = { 0 };
	size_t said = c->result->errors.n;
	bool ok = block_create(&w, c->dir, how->level, how->step,
			       c->options->zstd_level ? c->options->zstd_level : COMPACT_ZSTD);

	for (size_t i = 0; i < v->file.n; i++)
		if (!v->file.v[i]->is_bad)
			block_replaces(&w, v->file.v[i]->name.id, how->from, how->to);
	inherit_replaced(&w, v);
	ok = ok && merge_into_block(v, logs, how, &w, &merged);
	if (ok && merged.nprofile) {
		ok = block_finish(&w);
		c->result->nwritten += ok;
		c->result->nprofile += ok ? merged.nprofile : 0;
		c->result->saturated += ok ? merged.saturated : 0;
	}
	if (w.error.n) {
		compaction_error(c, w.error.p);
		c->stopped = true;
	} else if (!ok) {
		compaction_bad_files(c, v);
		if (c->result->errors.n == said)
			compaction_error(c, "a series is malformed; the files stay");
	}
	block_writer_release(&w);
	c->failed |= !ok;
	return ok;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void days_sort(struct days *days)
{
	size_t n = 0;

	if (days->n)
		qsort(days->v, days->n, sizeof(*days->v), by_number);
	for (size_t i = 0; i < days->n; i++)
		if (!n || days->v[n - 1] != days->v[i])
			days->v[n++] = days->v[i];
	days->n = n;
}
