/* The contents of logs, in memory: their profiles by series. */
#include "store/merge_rows.h"

struct log_reading {
	struct log_contents *c;
	struct chunk_profiles profiles;
	struct row_runs runs;
	VEC(int64_t) value; /* type by type */
};

static struct log_series *series_in(struct log_contents *c, const struct series *s)
{
	uint32_t i = strings_intern(&c->bytes, s->bytes);

	if (i > c->series.n) {
		struct log_series new = { .bytes = strings_get(&c->bytes, i) };
		struct series kept = { 0 };

		if (series_get(&kept, new.bytes))
			new.group = series_group(&kept);
		series_release(&kept);
		chunk_begin(&new.rows, s->type.n);
		vec_push(&c->series, new);
	}
	return &c->series.v[i - 1];
}

static void keep_rows(struct log_reading *r, struct piece *p, struct log_series *to, size_t nrow)
{
	const struct row_numbers *n = piece_numbers(p, p->view->dict);
	size_t ntype = to->rows.ntype;
	uint32_t profile = (uint32_t)to->rows.profile.n - 1;

	for (size_t i = 0; i < nrow; i++) {
		const struct row_run *run = &r->runs.v[i];

		vec_push(&to->rows.row, { piece_stack(p, n, run->stack).i,
					  piece_labels(p, n, run->labels).i, profile });
		for (size_t t = 0; t < ntype; t++)
			vec_push(&to->rows.value, r->value.v[t * nrow + i]);
	}
}

/* Are all numbers valid? What is malformed must not get into a block. */
static bool rows_are_known(const struct log_reading *r, const struct row_numbers *n)
{
	for (size_t i = 0; i < r->runs.n; i++)
		if (r->runs.v[i].stack >= n->stack.n || r->runs.v[i].labels >= n->label_set.n)
			return false;
	return true;
}

static bool read_record(struct log_reading *r, struct piece *p)
{
	struct log_series *to;
	struct stored s;
	size_t nrow, ntype = p->series->type.n;
	const struct row_numbers *n = piece_numbers(p, p->view->dict);

	if (!piece_profiles(p, &r->profiles) || !piece_runs(p, &r->runs, &nrow))
		return false;
	if (nrow != r->runs.n || !rows_are_known(r, n))
		return piece_fail(p, "rows");
	vec_reserve(&r->value, nrow * ntype);
	for (size_t t = 0; t < ntype; t++)
		if (!piece_values(p, t, nrow, r->value.v + t * nrow))
			return false;
	to = series_in(r->c, p->series);
	s = r->profiles.profile.v[0];
	s.meta = strings_intern(&to->rows.meta, r->profiles.meta.v[s.meta]);
	s.main_map = s.main_map < n->map.n ? n->map.v[s.main_map].i : 0;
	vec_push(&to->rows.profile, s);
	vec_append(&to->rows.total, r->profiles.total.v, ntype);
	vec_push(&to->first, to->rows.row.n);
	keep_rows(r, p, to, nrow);
	r->c->nprofile++;
	return true;
}

void log_contents_read(struct log_contents *c, struct store_view *v)
{
	struct log_reading r = { .c = c };

	struct piece p;

	strings_init(&c->bytes);
	view_begin(v, NULL);
	while (view_next(v, &p))
		if (p.file->name.is_log)
			read_record(&r, &p);
	for (size_t i = 0; i < c->series.n; i++)
		vec_push(&c->series.v[i].first, c->series.v[i].rows.row.n);
	chunk_profiles_release(&r.profiles);
	vec_release(&r.runs);
	vec_release(&r.value);
}

void log_contents_release(struct log_contents *c)
{
	for (size_t i = 0; i < c->series.n; i++) {
		chunk_release(&c->series.v[i].rows);
		vec_release(&c->series.v[i].first);
	}
	vec_release(&c->series);
	strings_release(&c->bytes);
}
