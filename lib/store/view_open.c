/* Opening the files of a store, in a directory or in S3. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store/store_view.h"

enum { TRIES = 100 };

void view_error(struct store_view *v, const char *message)
{
	buf_printf(&v->errors, "%s\n", message);
	v->nerror++;
}

static void close_file(struct view_file *f)
{
	if (f->name.is_log)
		log_close(&f->log);
	else
		block_close(&f->block);
	vec_release(&f->gone);
	row_numbers_release(&f->numbers);
	mem_free(f, sizeof(*f));
}

static void close_files(struct store_view *v)
{
	for (size_t i = 0; i < v->file.n; i++)
		close_file(v->file.v[i]);
	vec_clear(&v->file);
}

static bool is_of_time(const struct store_view *v, const struct store_name *n)
{
	return n->is_log || (n->from < v->until && n->to >= v->since);
}

static struct view_file *add_file(struct store_view *v, const struct store_name *name)
{
	struct view_file *f = mem_zeroed(1, sizeof(*f));

	f->name = *name;
	f->is_bad = true;
	store_path(f->path, v->dir, name->text);
	f->size = v->s3 ? name->size : store_file_size(v->dir, name->text);
	vec_push(&v->file, f);
	return f;
}

/* False if the file is gone: the caller then lists the directory again. */
static bool open_file(struct store_view *v, struct view_file *f)
{
	struct stat st;
	bool ok, is_gone;

	errno = 0;
	if (v->s3)
		ok = block_open_object(&f->block);
	else if (f->name.is_log)
		ok = log_open(&f->log, f->path, v->dict);
	else
		ok = block_open(&f->block, f->path);
	is_gone = !ok && (v->s3 ? f->block.ranges.object.is_gone :
				  stat(f->path, &st) < 0 && errno == ENOENT);
	f->is_bad = !ok;
	if (!ok && !is_gone)
		view_error(v, (f->name.is_log ? &f->log.in : &f->block.in)->error.p);
	return !is_gone;
}

/* Ask for the indexes of all blocks in S3, which takes a server's time once, not for each. */
static void fetch_indexes(struct store_view *v)
{
	VEC(struct ranges *) ranges = { 0 };

	for (size_t i = 0; i < v->file.n; i++) {
		struct view_file *f = v->file.v[i];

		if (block_begin_object(&f->block, f->path, v->s3, f->name.text, f->name.size))
			vec_push(&ranges, &f->block.ranges);
	}
	ranges_fetch_ends(ranges.v, ranges.n);
	vec_release(&ranges);
}

static bool open_all(struct store_view *v, const struct store_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (is_of_time(v, &names->v[i]))
			add_file(v, &names->v[i]);
	if (v->s3)
		fetch_indexes(v);
	for (size_t i = 0; i < v->file.n; i++)
		if (!open_file(v, v->file.v[i]))
			return false;
	return true;
}

static int by_id(const void *a, const void *b)
{
	const struct view_file *x = *(struct view_file *const *)a,
			       *y = *(struct view_file *const *)b;

	return (x->name.id > y->name.id) - (x->name.id < y->name.id);
}

static void apply_replaced_by(struct view_file *by, struct view_file **sorted, size_t n)
{
	for (size_t r = 0; !by->is_bad && r < by->block.replaced.n; r++) {
		struct view_file key = { .name.id = by->block.replaced.v[r].id }, *at = &key;
		struct view_file **found = bsearch(&at, sorted, n, sizeof(at), by_id);

		if (found)
			vec_push(&(*found)->gone, by->block.replaced.v[r]);
	}
}

/*
 * Exclude what blocks replace from other files. A block lists everything that was merged into
 * it, so the list is long and most of its files are gone.
 */
static void apply_replaced(struct store_view *v)
{
	VEC(struct view_file *) sorted = { 0 };

	vec_append(&sorted, v->file.v, v->file.n);
	if (sorted.n)
		qsort(sorted.v, sorted.n, sizeof(*sorted.v), by_id);
	for (size_t i = 0; i < v->file.n; i++)
		apply_replaced_by(v->file.v[i], sorted.v, sorted.n);
	vec_release(&sorted);
}

/* The names of the store's files; in S3 these are blocks only. */
static bool list_files(struct store_view *v, struct store_names *names)
{
	struct objects o = { 0 };
	struct buf why = { 0 };
	bool ok;

	if (!s3_is(v->dir)) {
		ok = store_list(v->dir, names);
		if (!ok)
			buf_printf(&why, "%s", strerror(errno));
	} else {
		if (!v->s3)
			v->s3 = s3_open(v->dir, &why);
		ok = v->s3 && objects_list(v->s3, &o, &why);
		if (ok && !o.names.n && !o.is_store) {
			buf_printf(&why, "is not a store: \"prof-store sync\" makes one");
			ok = false;
		}
		vec_clear(names);
		vec_append(names, o.names.v, o.names.n);
		vec_release(&o.names);
	}
	if (!ok) {
		buf_printf(&v->errors, "%s: %.*s\n", v->dir, STR_ARG(buf_str(&why)));
		v->nerror++;
	}
	buf_release(&why);
	return ok;
}

bool view_open(struct store_view *v, const char *dir, struct dictionary *dict, int64_t since,
	       int64_t until)
{
	struct store_names names = { 0 };
	bool ok = false;

	*v = (struct store_view){ .dir = dir, .dict = dict, .since = since, .until = until };
	for (int i = 0; i < TRIES && !ok; i++) {
		close_files(v);
		v->errors.n = 0;
		v->nerror = 0;
		if (!list_files(v, &names))
			break;
		ok = open_all(v, &names);
	}
	if (!ok && !v->nerror) {
		buf_printf(&v->errors, "%s: its files change too fast to be read\n", dir);
		v->nerror++;
	}
	if (!store_is_known(dir, &v->errors)) {
		buf_add(&v->errors, S(": what it does not know is left out\n"));
		v->nerror++;
	}
	apply_replaced(v);
	vec_release(&names);
	return ok;
}

void view_open_files(struct store_view *v, const char *dir, struct dictionary *dict,
		     const struct store_names *names)
{
	*v = (struct store_view){
		.dir = dir, .dict = dict, .since = INT64_MIN, .until = INT64_MAX
	};
	for (size_t i = 0; i < names->n; i++)
		open_file(v, add_file(v, &names->v[i]));
	apply_replaced(v);
}

void view_close(struct store_view *v)
{
	close_files(v);
	s3_close(v->s3);
	vec_release(&v->file);
	buf_release(&v->errors);
	buf_release(&v->symbols);
	chunk_profiles_release(&v->profiles);
	for (size_t i = 0; i < LEN(v->part); i++)
		buf_release(&v->part[i]);
}
