#include "store/sync.h"

#include <errno.h>

#include "store/store_view.h"

struct sync {
	const char *dir, *url;
	struct s3 *s3;
	struct sync_result *result;
	struct store_names here;
	struct objects there;
	struct spans replaced; /* by blocks that are here */
	bool failed;
};

static bool sync_error(struct sync *s, const char *where, const char *what)
{
	buf_printf(&s->result->errors, "%s: %s\n", where, what);
	s->failed = true;
	return false;
}

/* A server may have kept a part of a block whose transfer was cut off. */
static bool is_there(const struct sync *s, const struct store_name *n, size_t size)
{
	for (size_t i = 0; i < s->there.names.n; i++)
		if (s->there.names.v[i].id == n->id)
			return s->there.names.v[i].size == size;
	return false;
}

static void send_bytes(struct sync *s, const char *name, struct str bytes)
{
	struct buf why = { 0 };

	if (s3_put(s->s3, name, bytes, &why)) {
		s->result->bytes += bytes.n;
	} else {
		buf_ch(&why, '\0');
		sync_error(s, s->url, why.p);
	}
	buf_release(&why);
}

/* A block that a compaction removes meanwhile is in another one, which the next sync sends. */
static void sync_block(struct sync *s, const struct store_name *n)
{
	char path[PATH_MAX];
	struct block b;

	store_path(path, s->dir, n->text);
	if (!block_open(&b, path)) {
		if (store_file_time(s->dir, n->text)) {
			buf_printf(&s->result->errors, "%s\n", b.in.error.p);
			s->failed = true;
		}
		block_close(&b);
		return;
	}
	vec_append(&s->replaced, b.replaced.v, b.replaced.n);
	if (is_there(s, n, b.file.n)) {
		s->result->nhad++;
	} else {
		send_bytes(s, n->text, b.file);
		s->result->nsent += !s->failed;
	}
	block_close(&b);
}

static bool is_replaced(const struct sync *s, const struct store_name *n)
{
	for (size_t i = 0; i < s->replaced.n; i++)
		if (s->replaced.v[i].id == n->id && n->from >= s->replaced.v[i].from &&
		    n->to <= s->replaced.v[i].to)
			return true;
	return false;
}

static void remove_replaced_objects(struct sync *s)
{
	for (size_t i = 0; i < s->there.names.n && !s->failed; i++) {
		const struct store_name *n = &s->there.names.v[i];
		struct buf why = { 0 };

		if (!is_replaced(s, n))
			continue;
		if (!s3_remove(s->s3, n->text, &why)) {
			buf_ch(&why, '\0');
			sync_error(s, s->url, why.p);
		}
		s->result->nremoved += !s->failed;
		buf_release(&why);
	}
}

static void sync_all(struct sync *s)
{
	for (size_t i = 0; i < s->here.n && !s->failed; i++) {
		if (s->here.v[i].is_log)
			s->result->nlog++;
		else
			sync_block(s, &s->here.v[i]);
	}
	if (!s->failed && !s->there.is_store)
		send_bytes(s, store_marker, str_of(store_marker_contents));
	remove_replaced_objects(s);
}

bool store_sync(const char *dir, const char *url, struct sync_result *result)
{
	struct sync s = { .dir = dir, .url = url, .result = result };
	struct buf why = { 0 };

	*result = (struct sync_result){ 0 };
	s.s3 = s3_open(url, &why);
	if (!s.s3 || !objects_list(s.s3, &s.there, &why)) {
		buf_ch(&why, '\0');
		sync_error(&s, url, why.p);
	} else if (!store_list(dir, &s.here)) {
		sync_error(&s, dir, strerror(errno));
	} else {
		sync_all(&s);
	}
	s3_close(s.s3);
	vec_release(&s.here);
	vec_release(&s.there.names);
	vec_release(&s.replaced);
	buf_release(&why);
	return !s.failed;
}
