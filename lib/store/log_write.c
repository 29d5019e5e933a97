#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/when.h"
#include "store/log.h"
#include "store/log_record.h"

enum {
	LOG_ZSTD = 3,
	LOG_RECORDS = 512, /* in a dictionary: the most that damage to one can cost */
};

static bool log_fail(struct log_writer *w, const char *what)
{
	if (!w->error.n) {
		buf_printf(&w->error, "%s: cannot %s: %s", w->dir, what, strerror(errno));
		buf_ch(&w->error, '\0');
	}
	return false;
}

void log_writer_begin(struct log_writer *w, const char *dir)
{
	*w = (struct log_writer){ .dir = dir, .fd = -1, .is_synced = true };
	chunk_begin(&w->rows, 0);
}

/* Opening */

static bool is_young(const struct store_name *n)
{
	int64_t age = when_now() - n->from;

	return age > -LOG_LIFE && age < LOG_LIFE;
}

/* Take the lock of an open log that is still in the directory and has room. */
static bool lock_log(int fd, uint64_t *size)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0 || !st.st_nlink ||
	    st.st_size >= LOG_MOST)
		return false;
	*size = (uint64_t)st.st_size;
	return true;
}

/* Continue a log of this machine that no other process is writing. */
static bool open_old_log(struct log_writer *w, const char *host)
{
	struct store_names names = { 0 };
	char path[PATH_MAX];

	if (!store_list(w->dir, &names))
		return log_fail(w, "read the directory");
	for (size_t i = 0; i < names.n && w->fd < 0; i++) {
		struct store_name *n = &names.v[i];

		if (!n->is_log || strcmp(n->host, host) != 0 || !is_young(n))
			continue;
		store_path(path, w->dir, n->text);
		w->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
		if (w->fd >= 0 && lock_log(w->fd, &w->size)) {
			w->name = *n;
		} else if (w->fd >= 0) {
			close(w->fd);
			w->fd = -1;
		}
	}
	vec_release(&names);
	return w->fd >= 0;
}

static bool open_new_log(struct log_writer *w, const char *host)
{
	char path[PATH_MAX];

	w->name = (struct store_name){ .is_log = true, .from = when_now(), .id = store_new_id() };
	snprintf(w->name.host, sizeof(w->name.host), "%s", host);
	store_name_print(&w->name, w->name.text, sizeof(w->name.text));
	store_path(path, w->dir, w->name.text);
	w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
	if (w->fd < 0)
		return log_fail(w, "create a log");
	if (lock_log(w->fd, &w->size))
		return store_sync_directory(w->dir) || log_fail(w, "write the directory");
	/* A compaction has found the new log empty, and removed it. */
	close(w->fd);
	w->fd = -1;
	return true;
}

static bool open_log(struct log_writer *w)
{
	char host[64];

	if (!store_is_known(w->dir, &w->error)) {
		buf_ch(&w->error, '\0');
		return false;
	}
	store_host(host, sizeof(host));
	w->nrecord = 0;
	if (!open_old_log(w, host))
		while (w->fd < 0 && !w->error.n)
			open_new_log(w, host);
	return !w->error.n;
}

static bool close_log(struct log_writer *w)
{
	bool ok = w->fd < 0 || log_sync(w);

	if (w->fd >= 0 && close(w->fd) < 0)
		ok = log_fail(w, "write a log");
	w->fd = -1;
	return ok;
}

/* A partial write is truncated, which is safe under the log's lock. */
static bool write_records(struct log_writer *w, struct str s, uint64_t size_before)
{
	while (s.n) {
		ssize_t n = write(w->fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			log_fail(w, "write a log");
			w->is_synced = ftruncate(w->fd, (off_t)size_before) == 0;
			return false;
		}
		s = str_skip(s, (size_t)n);
	}
	return true;
}

static bool write_held(struct log_writer *w)
{
	bool ok = write_records(w, buf_str(&w->held), w->size - w->held.n);

	w->held.n = 0;
	return ok;
}

void log_drop(struct log_writer *w, size_t n)
{
	if (w->held.n > n) {
		w->size -= w->held.n - n;
		w->held.n = n;
	}
	log_forget(w);
}

static void join_record(char *head, uint32_t more_flags)
{
	uint64_t check;
	uint32_t flags;

	memcpy(&flags, head + sizeof(uint32_t), sizeof(flags));
	flags |= more_flags;
	memcpy(head + sizeof(uint32_t), &flags, sizeof(flags));
	check = check_bytes(str(head, LOG_CHECKED_HEAD));
	memcpy(head + LOG_CHECKED_HEAD, &check, sizeof(check));
}

void log_join(struct log_writer *w, size_t n)
{
	size_t at = n, next;
	uint32_t flags = LOG_GOES_ON, size;

	if (w->size == w->held.n && !n)
		at = LOG_HEAD; /* of the file */
	for (; at < w->held.n; at = next) {
		memcpy(&size, w->held.p + at + 2 * sizeof(uint32_t), sizeof(size));
		next = at + LOG_RECORD_HEAD + size;
		if (next >= w->held.n)
			flags &= ~(uint32_t)LOG_GOES_ON;
		join_record(w->held.p + at, flags);
		flags = LOG_GOES_ON | LOG_FOLLOWS;
	}
}

bool log_sync(struct log_writer *w)
{
	if (w->held.n && !w->error.n && !write_held(w))
		return false;
	if (w->is_synced)
		return !w->error.n;
	if (fsync(w->fd) < 0)
		return log_fail(w, "write a log");
	w->is_synced = true;
	return !w->error.n;
}

void log_forget(struct log_writer *w)
{
	w->dict = NULL;
	profile_hasher_forget(&w->hasher);
}

/* Use the profile's dictionary from now on. */
static void use_dictionary(struct log_writer *w, const struct profile *p)
{
	if (w->dict == p->dict)
		return;
	log_forget(w);
	w->dict = p->dict;
	w->nrecord = 0;
}

/* Records */

static void gather_rows(struct rows_of_chunk *r, struct profile *p, const label_set_id *labels)
{
	struct stored s = { .time = p->head.time,
			    .duration = p->head.duration,
			    .end = p->head.end,
			    .main_map = p->head.main_map.i,
			    .nprofile = p->nprofile };

	chunk_begin(r, p->ncol);
	vec_append_zeroed(&r->total, p->ncol);
	for (uint32_t i = 1; i < p->sample.n; i++) {
		vec_push(&r->row, { profile_sample(p, (sample_id){ i })->stack.i, labels[i].i, 0 });
		for (uint32_t t = 0; t < p->ncol; t++) {
			int64_t v = p->col[t].v[i];

			vec_push(&r->value, v);
			r->total.v[t] = sat_add(p, r->total.v[t], v);
		}
	}
	vec_push(&r->profile, s);
}

/* Split the profile into w->rows and w->series, and hash it. */
static void split_profile(struct log_writer *w, struct profile *p, label_set_id fixed)
{
	uint32_t n = p->sample.n;
	label_set_id *labels = mem_zeroed(n, sizeof(*labels)), common;

	use_dictionary(w, p);
	common = series_split(p, fixed, labels);
	w->series.n = 0;
	series_put(&w->series, p, common);
	gather_rows(&w->rows, p, labels);
	profile_hash(&w->hasher, p->dict, buf_str(&w->series), &w->rows);
	mem_free(labels, n * sizeof(*labels));
}

uint64_t log_hash(struct log_writer *w, struct profile *p, label_set_id fixed)
{
	split_profile(w, p, fixed);
	return w->rows.profile.v[0].hash;
}

static void put_body(struct log_writer *w, const struct profile *p)
{
	size_t npart = CHUNK_VALUES + w->rows.ntype;
	struct buf *part = mem_zeroed(npart, sizeof(*part)), meta = { 0 };

	meta_put(&meta, p);
	w->rows.profile.v[0].meta = strings_intern(&w->rows.meta, buf_str(&meta));
	buf_release(&meta);
	w->body.n = 0;
	symbols_put(&w->body, p->dict, &w->mark);
	stacks_put(&w->body, p->dict, &w->mark);
	put_text(&w->body, buf_str(&w->series));
	chunk_put(&w->rows, part);
	for (size_t i = 0; i < npart; i++) {
		put_text(&w->body, buf_str(&part[i]));
		buf_release(&part[i]);
	}
	mem_free(part, npart * sizeof(*part));
}

/* Make the record in w->packed: the head, and the compressed body. */
static bool pack_record(struct log_writer *w, uint32_t flags)
{
	struct section s = { 0 };
	uint64_t check;
	size_t head;
	uint32_t fixed[4] = { LOG_MAGIC, flags };

	w->packed.n = 0;
	if (!w->size) {
		uint32_t version[2] = { STORE_LOG_VERSION, 0 };

		buf_add(&w->packed, S("proflogs"));
		buf_put(&w->packed, version, sizeof(version));
	}
	head = w->packed.n;
	buf_room(&w->packed, LOG_RECORD_HEAD);
	w->packed.n += LOG_RECORD_HEAD;
	if (!section_pack(&s, buf_str(&w->body), LOG_ZSTD, &w->packed) || s.raw > INT32_MAX)
		return false;
	fixed[2] = (uint32_t)s.size;
	fixed[3] = (uint32_t)s.raw;
	memcpy(w->packed.p + head, fixed, sizeof(fixed));
	memcpy(w->packed.p + head + sizeof(fixed), &s.check, sizeof(s.check));
	check = check_bytes(str(w->packed.p + head, LOG_CHECKED_HEAD));
	memcpy(w->packed.p + head + LOG_CHECKED_HEAD, &check, sizeof(check));
	return true;
}

static bool append_record(struct log_writer *w)
{
	if (w->holds)
		buf_add(&w->held, buf_str(&w->packed));
	else if (!write_records(w, buf_str(&w->packed), w->size))
		return false;
	w->size += w->packed.n;
	w->is_synced = false;
	return true;
}

bool log_add(struct log_writer *w, struct profile *p, label_set_id fixed)
{
	bool begins;

	if (w->fd >= 0 && !w->held.n && (w->size >= LOG_MOST || !is_young(&w->name)) &&
	    !close_log(w))
		return false;
	if (w->error.n || (w->fd < 0 && !open_log(w)))
		return false;
	split_profile(w, p, fixed);
	begins = w->nrecord % LOG_RECORDS == 0;
	if (begins)
		w->mark = symbols_mark_begin();
	put_body(w, p);
	if (!pack_record(w, begins ? LOG_BEGINS_DICTIONARY : 0)) {
		errno = ENOMEM;
		return log_fail(w, "compress a profile");
	}
	w->nrecord++;
	return append_record(w);
}

bool log_writer_end(struct log_writer *w)
{
	bool ok = close_log(w) && !w->error.n;

	log_forget(w);
	profile_hasher_release(&w->hasher);
	chunk_release(&w->rows);
	buf_release(&w->body);
	buf_release(&w->packed);
	buf_release(&w->held);
	buf_release(&w->series);
	return ok;
}
