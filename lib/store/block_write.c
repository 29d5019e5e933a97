#include "store/block.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/directory.h"

static bool write_fail(struct block_writer *w, const char *what)
{
	if (!w->error.n) {
		buf_printf(&w->error, "%s: cannot %s: %s", w->dir, what, strerror(errno));
		buf_ch(&w->error, '\0');
	}
	return false;
}

static bool write_bytes(struct block_writer *w, struct str s)
{
	while (s.n && !w->error.n) {
		ssize_t n = write(w->fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return write_fail(w, "write a block");
		s = str_skip(s, (size_t)n);
		w->at += (uint64_t)n;
	}
	return !w->error.n;
}

bool block_create(struct block_writer *w, const char *dir, unsigned level, int64_t step,
		  int zstd_level)
{
	struct buf head = { 0 };
	char path[PATH_MAX];
	uint32_t fixed[2] = { STORE_VERSION, level };

	*w = (struct block_writer){ .dir = dir, .level = zstd_level, .step = step, .fd = -1 };
	strings_init(&w->series);
	strings_init(&w->text);
	w->index.level = level;
	w->index.id = store_new_id();
	w->index.first = INT64_MAX;
	w->index.last = INT64_MIN;
	snprintf(w->name, sizeof(w->name), "tmp-%016llx", (unsigned long long)w->index.id);
	store_path(path, dir, w->name);
	w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (w->fd < 0)
		return write_fail(w, "create a block");
	buf_add(&head, S("profblok"));
	buf_put(&head, fixed, sizeof(fixed));
	put_u64(&head, w->index.id);
	write_bytes(w, buf_str(&head));
	buf_release(&head);
	return !w->error.n;
}

static bool write_section(struct block_writer *w, struct str raw, struct section *s)
{
	struct buf packed = { 0 };
	bool ok = section_pack(s, raw, w->level, &packed);

	s->at = w->at;
	ok = ok ? write_bytes(w, buf_str(&packed)) : write_fail(w, "compress a block");
	buf_release(&packed);
	return ok;
}

void block_group_begin(struct block_writer *w, struct str name)
{
	struct str kept = strings_get(&w->text, strings_intern(&w->text, name));

	vec_push(&w->index.group, { .name = kept });
}

/* The number of a series in the index. */
static uint32_t series_number(struct block_writer *w, struct str bytes)
{
	uint32_t i = strings_intern(&w->series, bytes);

	if (i > w->index.series.n) {
		struct block_series s = { .group = (uint32_t)w->index.group.n - 1 };

		s.series.bytes = strings_get(&w->series, i);
		vec_push(&w->index.series, s);
	}
	return i - 1;
}

static int64_t add_up(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

/* Totals saturate; a reader that has to detect this adds up the totals of the profiles. */
static void add_to_sum(struct block_writer *w, struct series_sum *sum,
		       const struct rows_of_chunk *rows)
{
	if (!sum->nprofile)
		*sum = (struct series_sum){ .first = INT64_MAX, .last = INT64_MIN };
	if (!sum->total.n)
		vec_append_zeroed(&sum->total, rows->ntype);
	for (size_t i = 0; i < rows->profile.n; i++) {
		const struct stored *p = &rows->profile.v[i];
		struct str type = meta_default_type(strings_get(&rows->meta, p->meta));

		sum->nprofile++;
		sum->nmerged += p->nprofile;
		sum->first = p->time < sum->first ? p->time : sum->first;
		sum->last = p->time > sum->last ? p->time : sum->last;
		if (type.n && (!sum->default_type.n || str_cmp(type, sum->default_type) < 0))
			sum->default_type = strings_get(&w->text, strings_intern(&w->text, type));
		for (size_t t = 0; t < rows->ntype; t++)
			sum->total.v[t] = add_up(sum->total.v[t],
						 rows->total.v[i * rows->ntype + t]);
	}
}

bool block_add_chunk(struct block_writer *w, struct str series, struct rows_of_chunk *rows)
{
	struct chunk c = { .series = series_number(w, series),
			   .nprofile = rows->profile.n,
			   .nrow = rows->row.n,
			   .section = w->index.section.n,
			   .nsection = (uint32_t)(CHUNK_VALUES + rows->ntype) };
	struct buf *part = mem_zeroed(c.nsection, sizeof(*part));

	chunk_put(rows, part);
	add_to_sum(w, &w->index.series.v[c.series].sum, rows);
	c.first = rows->profile.v[0].time;
	c.last = vec_last(&rows->profile).time;
	for (uint32_t i = 0; i < c.nsection; i++) {
		struct section s = { 0 };

		if (!w->error.n)
			write_section(w, buf_str(&part[i]), &s);
		vec_push(&w->index.section, s);
		buf_release(&part[i]);
	}
	mem_free(part, c.nsection * sizeof(*part));
	vec_push(&w->index.chunk, c);
	w->index.nprofile += c.nprofile;
	w->index.nrow += c.nrow;
	w->index.first = c.first < w->index.first ? c.first : w->index.first;
	w->index.last = c.last > w->index.last ? c.last : w->index.last;
	return !w->error.n;
}

/* The keys of labels in the dictionary, which has labels of samples only. */
static void gather_keys(struct block_writer *w, struct group *g, const struct dictionary *d)
{
	for (uint32_t i = 1; i < d->label.n; i++) {
		struct str key = dict_text(d, dict_label(d, (label_id){ i })->key);
		size_t k = 0;

		while (k < g->key.n && !str_eq(g->key.v[k], key))
			k++;
		if (k == g->key.n)
			vec_push(&g->key, strings_get(&w->text, strings_intern(&w->text, key)));
	}
}

bool block_group_end(struct block_writer *w, const struct dictionary *d)
{
	struct group *g = &vec_last(&w->index.group);
	struct symbols_mark mark = symbols_mark_begin();
	struct buf raw = { 0 };

	gather_keys(w, g, d);
	symbols_put(&raw, d, &mark);
	write_section(w, buf_str(&raw), &g->symbols);
	raw.n = 0;
	stacks_put(&raw, d, &mark);
	write_section(w, buf_str(&raw), &g->stacks);
	buf_release(&raw);
	return !w->error.n;
}

void block_replaces(struct block_writer *w, uint64_t id, int64_t from, int64_t to)
{
	vec_push(&w->index.replaced, { id, from, to });
}

static void index_put(const struct block *x, struct buf *b)
{
	put_uleb(b, x->level);
	put_u64(b, x->id);
	put_sleb(b, x->first);
	put_sleb(b, x->last);
	put_uleb(b, x->nprofile);
	put_uleb(b, x->nrow);
	put_uleb(b, x->replaced.n);
	for (size_t i = 0; i < x->replaced.n; i++) {
		put_u64(b, x->replaced.v[i].id);
		put_sleb(b, x->replaced.v[i].from);
		put_sleb(b, x->replaced.v[i].to);
	}
	put_uleb(b, x->group.n);
	for (size_t i = 0; i < x->group.n; i++) {
		const struct group *g = &x->group.v[i];

		put_text(b, g->name);
		section_put(&g->symbols, b);
		section_put(&g->stacks, b);
		put_uleb(b, g->key.n);
		for (size_t k = 0; k < g->key.n; k++)
			put_text(b, g->key.v[k]);
	}
	put_uleb(b, x->series.n);
	for (size_t i = 0; i < x->series.n; i++) {
		put_uleb(b, x->series.v[i].group);
		put_text(b, x->series.v[i].series.bytes);
	}
	for (size_t i = 0; i < x->series.n; i++) {
		const struct series_sum *sum = &x->series.v[i].sum;

		put_uleb(b, sum->nprofile);
		put_uleb(b, sum->nmerged);
		put_sleb(b, sum->first);
		put_delta(b, (uint64_t)sum->last, (uint64_t)sum->first);
		put_text(b, sum->default_type);
		for (size_t t = 0; t < sum->total.n; t++)
			put_sleb(b, sum->total.v[t]);
	}
}

static void chunks_index_put(const struct block *x, struct buf *b)
{
	put_uleb(b, x->chunk.n);
	for (size_t i = 0; i < x->chunk.n; i++) {
		const struct chunk *c = &x->chunk.v[i];

		put_uleb(b, c->series);
		put_sleb(b, c->first);
		put_delta(b, (uint64_t)c->last, (uint64_t)c->first);
		put_uleb(b, c->nprofile);
		put_uleb(b, c->nrow);
		put_uleb(b, c->nsection);
		for (size_t k = 0; k < c->nsection; k++)
			section_put(&x->section.v[c->section + k], b);
	}
}

static void write_index(struct block_writer *w)
{
	struct section s[2] = { 0 };
	uint32_t version = STORE_VERSION;
	struct buf raw = { 0 };

	index_put(&w->index, &raw);
	write_section(w, buf_str(&raw), &s[0]);
	raw.n = 0;
	chunks_index_put(&w->index, &raw);
	write_section(w, buf_str(&raw), &s[1]);
	raw.n = 0;
	buf_put(&raw, s, sizeof(s));
	buf_put(&raw, &version, sizeof(version));
	buf_add(&raw, S("kolb"));
	put_u64(&raw, check_bytes(buf_str(&raw)));
	write_bytes(w, buf_str(&raw));
	buf_release(&raw);
}

bool block_finish(struct block_writer *w)
{
	struct store_name name = { .level = w->index.level,
				   .from = w->index.first,
				   .to = w->index.last,
				   .id = w->index.id,
				   .step = w->step };
	char was[PATH_MAX], now[PATH_MAX], final[sizeof(w->name)];

	write_index(w);
	if (w->error.n)
		return false;
	if (fsync(w->fd) < 0)
		return write_fail(w, "write a block");
	if (close(w->fd) < 0) {
		w->fd = -1;
		return write_fail(w, "write a block");
	}
	w->fd = -1;
	store_name_print(&name, final, sizeof(final));
	store_path(was, w->dir, w->name);
	store_path(now, w->dir, final);
	if (rename(was, now) < 0)
		return write_fail(w, "name a block");
	w->name[0] = '\0';
	return store_sync_directory(w->dir) || write_fail(w, "write the directory");
}

void block_writer_release(struct block_writer *w)
{
	char path[PATH_MAX];

	if (w->fd >= 0)
		close(w->fd);
	if (w->name[0]) {
		store_path(path, w->dir, w->name);
		unlink(path);
	}
	for (size_t i = 0; i < w->index.group.n; i++)
		vec_release(&w->index.group.v[i].key);
	for (size_t i = 0; i < w->index.series.n; i++)
		vec_release(&w->index.series.v[i].sum.total);
	vec_release(&w->index.replaced);
	vec_release(&w->index.group);
	vec_release(&w->index.series);
	vec_release(&w->index.chunk);
	vec_release(&w->index.section);
	strings_release(&w->series);
	strings_release(&w->text);
	buf_release(&w->error);
}
