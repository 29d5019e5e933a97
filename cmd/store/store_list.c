#include "cmd/store/store_list.h"

#include "base/when.h"
#include "cmd/common.h"
#include "query/rows.h"
#include "store/store_view.h"

/* The contents of a file, known without reading all of it; a log is read completely. */
struct contents {
	uint64_t nprofile, nrow, nseries;
	int64_t first, last;
};

static void contents_add(struct contents *c, int64_t first, int64_t last, uint64_t nprofile,
			 uint64_t nrow)
{
	if (!c->nprofile || first < c->first)
		c->first = first;
	if (!c->nprofile || last > c->last)
		c->last = last;
	c->nprofile += nprofile;
	c->nrow += nrow;
}

/* Read the contents of all files of the view, by number, and collect the series of all. */
static void read_contents(struct store_view *v, struct contents *c, struct strings *series)
{
	struct chunk_profiles profiles = { 0 };
	const struct view_file *last = NULL;
	struct strings own = { 0 };
	struct piece p;

	view_begin(v, NULL);
	while (view_next(v, &p)) {
		if (p.file != last && own.n)
			strings_release(&own);
		if (p.file != last)
			strings_init(&own);
		last = p.file;
		strings_intern(series, p.series->bytes);
		strings_intern(&own, p.series->bytes);
		c[v->at_file].nseries = own.n - 1;
		if (p.chunk)
			contents_add(&c[v->at_file], p.chunk->first, p.chunk->last, p.nprofile,
				     p.nrow);
		else if (piece_profiles(&p, &profiles))
			contents_add(&c[v->at_file], profiles.profile.v[0].time,
				     profiles.profile.v[0].time, 1, p.nrow);
	}
	if (own.n)
		strings_release(&own);
	chunk_profiles_release(&profiles);
}

/* A table in one of three formats: cells have names. */
struct table_out {
	struct out out;
	struct json json;
	struct rows rows;
	int format;
};

static bool table_begin(struct table_out *t, int format, const char *const *names)
{
	*t = (struct table_out){ .format = format };
	if (!out_open(&t->out, common.output, common.pack))
		return false;
	t->json = (struct json){ .b = &t->out.bytes };
	rows_begin(&t->rows, &t->out, format == 2 ? &t->json : NULL, names);
	if (!format)
		t->out.bytes.n = 0;
	return true;
}

static bool table_end(struct table_out *t)
{
	if (t->format && !t->out.failed)
		rows_end(&t->rows);
	if (t->format == 2)
		buf_ch(&t->out.bytes, '\n');
	return finish_output(&t->out);
}

static const char *const file_cells[] = { "level", "from",   "to",   "bytes", "profiles",
					  "rows",  "series", "name", NULL };

static void print_file(struct table_out *t, const struct view_file *f, const struct contents *c)
{
	struct buf from = { 0 }, to = { 0 };

	if (c->nprofile) {
		(t->format ? when_print_exact : when_print)(&from, c->first);
		(t->format ? when_print_exact : when_print)(&to, c->last);
	}
	if (!t->format) {
		buf_printf(&t->out.bytes,
			   "%2u  %-20.*s  %-20.*s  %12llu  %9llu  %11llu  %6llu  %s\n",
			   f->name.level, STR_ARG(buf_str(&from)), STR_ARG(buf_str(&to)),
			   (unsigned long long)f->size, (unsigned long long)c->nprofile,
			   (unsigned long long)c->nrow, (unsigned long long)c->nseries,
			   f->name.text);
	} else {
		rows_int(&t->rows, f->name.level);
		rows_str(&t->rows, buf_str(&from));
		rows_str(&t->rows, buf_str(&to));
		rows_int(&t->rows, (int64_t)f->size);
		rows_int(&t->rows, (int64_t)c->nprofile);
		rows_int(&t->rows, (int64_t)c->nrow);
		rows_int(&t->rows, (int64_t)c->nseries);
		rows_str(&t->rows, str_of(f->name.text));
	}
	buf_release(&from);
	buf_release(&to);
}

/* A store, and what each of its files holds. */
struct listing {
	struct dictionary dict;
	struct strings series;
	struct store_view view;
	struct contents *contents; /* by file of the view */
	bool complete;
};

static void listing_open(struct listing *l, const char *dir)
{
	dict_init(&l->dict);
	strings_init(&l->series);
	l->complete = view_open(&l->view, dir, &l->dict, INT64_MIN, INT64_MAX);
	l->contents = mem_zeroed(l->view.file.n, sizeof(*l->contents));
	read_contents(&l->view, l->contents, &l->series);
}

/* Prints the errors. False if a file could not be read. */
static bool listing_close(struct listing *l)
{
	bool complete = l->complete && !l->view.nerror;

	mem_free(l->contents, l->view.file.n * sizeof(*l->contents));
	complain_lines(buf_str(&l->view.errors));
	view_close(&l->view);
	strings_release(&l->series);
	dict_release(&l->dict);
	return complete;
}

bool store_list_files(const char *dir, int format)
{
	struct listing l;
	struct table_out t;
	bool ok;

	listing_open(&l, dir);
	if (table_begin(&t, format, file_cells)) {
		if (!format)
			buf_printf(&t.out.bytes, "%2s  %-20s  %-20s  %12s  %9s  %11s  %6s  %s\n",
				   "L", "from", "to", "bytes", "profiles", "rows", "series",
				   "name");
		for (size_t i = 0; i < l.view.file.n; i++)
			print_file(&t, l.view.file.v[i], &l.contents[i]);
	}
	ok = table_end(&t);
	return listing_close(&l) && ok;
}

/* Figures */

static const char *const figure_cells[] = { "figure", "value", NULL };

static void print_figure(struct table_out *t, const char *name, uint64_t value)
{
	if (!t->format) {
		buf_printf(&t->out.bytes, "%-22s %14llu\n", name, (unsigned long long)value);
		return;
	}
	rows_str(&t->rows, str_of(name));
	rows_int(&t->rows, (int64_t)value);
}

static void print_ratio(struct table_out *t, const char *name, uint64_t a, uint64_t b)
{
	if (!t->format && b)
		buf_printf(&t->out.bytes, "%-22s %14.2f\n", name, (double)a / (double)b);
}

/* For each resolution, print the number of sums. */
static void print_resolutions(struct table_out *t, const struct store_view *v,
			      const struct contents *c)
{
	VEC(int64_t) said = { 0 };

	for (size_t i = 0; i < v->file.n; i++) {
		int64_t step = v->file.v[i]->name.step;
		uint64_t nprofile = 0;
		struct buf name = { 0 };
		size_t k = 0;

		while (k < said.n && said.v[k] != step)
			k++;
		if (!step || k < said.n)
			continue;
		vec_push(&said, step);
		for (k = i; k < v->file.n; k++)
			if (v->file.v[k]->name.step == step)
				nprofile += c[k].nprofile;
		buf_printf(&name, "of these, sums of %llds", (long long)(step / SECOND_NS));
		buf_ch(&name, '\0');
		print_figure(t, name.p, nprofile);
		buf_release(&name);
	}
	vec_release(&said);
}

bool store_print_figures(const char *dir, int format)
{
	uint64_t nblock = 0, nlog = 0, block_bytes = 0, log_bytes = 0, nprofile = 0, nrow = 0;
	struct listing l;
	struct table_out t;
	bool ok;

	listing_open(&l, dir);
	for (size_t i = 0; i < l.view.file.n; i++) {
		const struct view_file *f = l.view.file.v[i];
		bool is_log = f->name.is_log;

		*(is_log ? &nlog : &nblock) += 1;
		*(is_log ? &log_bytes : &block_bytes) += f->size;
		nprofile += l.contents[i].nprofile;
		nrow += l.contents[i].nrow;
	}
	if (table_begin(&t, format, figure_cells)) {
		print_figure(&t, "blocks", nblock);
		print_figure(&t, "logs", nlog);
		print_figure(&t, "bytes of blocks", block_bytes);
		print_figure(&t, "bytes of logs", log_bytes);
		print_figure(&t, "series", l.series.n - 1);
		print_figure(&t, "profiles", nprofile);
		print_resolutions(&t, &l.view, l.contents);
		print_figure(&t, "rows", nrow);
		print_ratio(&t, "bytes a profile", block_bytes + log_bytes, nprofile);
		print_ratio(&t, "bytes a row", block_bytes + log_bytes, nrow);
	}
	ok = table_end(&t);
	return listing_close(&l) && ok;
}
