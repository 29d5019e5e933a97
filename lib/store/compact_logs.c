/*
 * Turning logs into blocks: as many logs at a time as fit into memory, and one block for each
 * day of their profiles.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/when.h"
#include "store/compaction.h"

enum { BATCH_BYTES = LOG_MOST }; /* of logs in memory at a time */

struct batch {
	struct store_names names;
	VEC(int) lock;
	uint64_t size;
};

/*
 * Open, and lock if local, a log that may be removed after it is read: one of this machine if no
 * process is writing it; one of another machine once it is too old to be written. -1 otherwise.
 */
static int lock_log(const struct compaction *c, const struct store_name *n, const char *host)
{
	char path[PATH_MAX];
	int fd;

	store_path(path, c->dir, n->text);
	if (strcmp(n->host, host) != 0 && when_now() - n->from < 3 * HOUR_NS)
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
	for (; *next < c->names.n; ++*next) {
		const struct store_name *n = &c->names.v[*next];
		uint64_t size = n->is_log ? store_file_size(c->dir, n->text) : 0;
		int fd;

		if (b->names.n && b->size + size > BATCH_BYTES)
			break;
		fd = n->is_log ? lock_log(c, n, host) : -1;
		if (fd < 0)
			continue;
		vec_push(&b->lock, fd);
		vec_push(&b->names, *n);
		b->size += size;
	}
}

static void release_batch(struct batch *b)
{
	for (size_t i = 0; i < b->lock.n; i++)
		close(b->lock.v[i]);
	vec_release(&b->lock);
	vec_release(&b->names);
}

/* The days of which the logs have profiles. */
static void find_days(const struct log_contents *logs, struct days *day)
{
	for (size_t i = 0; i < logs->series.n; i++)
		for (size_t k = 0; k < logs->series.v[i].rows.profile.n; k++) {
			int64_t d = store_day_of(logs->series.v[i].rows.profile.v[k].time);

			if (!day->n || vec_last(day) != d)
				vec_push(day, d);
		}
	days_sort(day);
}

/*
 * A compaction that was killed may have left a log that blocks replace in part: the log is
 * read a second time, without that part.
 */
static void read_logs(struct compaction *c, struct store_view *v, struct log_contents *logs,
		      struct days *day)
{
	log_contents_read(logs, v);
	find_days(logs, day);
	if (!mark_replaced(c, day, v))
		return;
	log_contents_release(logs);
	*logs = (struct log_contents){ 0 };
	log_contents_read(logs, v);
	day->n = 0;
	find_days(logs, day);
}

static bool write_days(struct compaction *c, struct store_view *v, const struct log_contents *logs,
		       const struct days *day)
{
	uint64_t before = c->result->nprofile;

	for (size_t i = 0; i < day->n; i++) {
		struct merge_how how = { day->v[i], day->v[i] + DAY_NS, .level = 1 };

		if (!compaction_write(c, v, logs, &how))
			return false;
	}
	if (c->result->nprofile - before != logs->nprofile)
		return compaction_error(c, "a compaction has lost profiles; the logs stay");
	return true;
}

/* Rename a damaged log so that it is not read: its good part is in blocks now. */
static bool set_aside(struct compaction *c, struct view_file *f)
{
	char from[PATH_MAX], to[PATH_MAX];
	struct buf name = { 0 };

	buf_printf(&name, "%s.damaged", f->name.text);
	buf_ch(&name, '\0');
	store_path(from, c->dir, f->name.text);
	store_path(to, c->dir, name.p);
	if (!compaction_is_bad(c, f->name.id)) /* else the error has been recorded */
		compaction_error(c, f->log.in.error.p);
	buf_printf(&c->result->errors,
		   "%s: %llu of %llu bytes are lost; the rest is in blocks now, and %s is kept\n",
		   f->path, (unsigned long long)f->log.damaged, (unsigned long long)f->log.file.n,
		   name.p);
	buf_release(&name);
	return rename(from, to) == 0 || compaction_stop(c, "rename a log");
}

static bool finish_log(struct compaction *c, struct view_file *f)
{
	if (f->is_bad)
		return true; /* it cannot be opened, which has been recorded; it stays */
	return f->log.in.failed ? set_aside(c, f) : compaction_remove(c, f->name.text);
}

static bool compact_batch(struct compaction *c, const struct batch *b)
{
	struct log_contents logs = { 0 };
	struct days day = { 0 };
	struct dictionary dict;
	struct store_view v;
	bool ok;

	dict_init(&dict);
	view_open_files(&v, c->dir, &dict, &b->names);
	compaction_bad_files(c, &v);
	read_logs(c, &v, &logs, &day);
	ok = write_days(c, &v, &logs, &day);
	for (size_t i = 0; i < v.file.n && ok; i++)
		ok = finish_log(c, v.file.v[i]);
	log_contents_release(&logs);
	vec_release(&day);
	view_close(&v);
	dict_release(&dict);
	return ok && compaction_sync(c);
}

bool compact_logs(struct compaction *c)
{
	size_t next = 0;
	bool ok = compaction_list(c);

	while (ok && next < c->names.n) {
		struct batch b = { 0 };

		choose_logs(c, &b, &next);
		if (b.names.n)
			ok = compact_batch(c, &b) || !c->stopped;
		release_batch(&b);
	}
	return ok;
}
