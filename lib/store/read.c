/* Reading a store profile by profile. */
#include "store/read.h"

static label_set_id join_sets(struct dictionary *d, label_set_id to, label_set_id from)
{
	while (from.i) {
		struct label l = *dict_label(d, dict_label_set(d, from)->label);

		from = dict_label_set(d, from)->rest;
		to = dict_add_label(d, to, l);
	}
	return to;
}

/* Enter the stacks and labels of the runs into the dictionary. */
static bool enter_runs(struct store_reader *r, struct piece *p)
{
	struct dictionary *d = p->view->dict;
	const struct row_numbers *n = piece_numbers(p, d);
	label_set_id common, joined = { 0 };
	uint32_t last = UINT32_MAX;

	if (!n)
		return false;
	common = series_labels(p->series, d);
	vec_clear(&r->stack);
	vec_clear(&r->labels);
	for (size_t i = 0; i < r->runs.n; i++) {
		const struct row_run *run = &r->runs.v[i];

		if (run->labels != last)
			joined = join_sets(d, common, piece_labels(p, n, run->labels));
		last = run->labels;
		vec_push(&r->stack, piece_stack(p, n, run->stack));
		vec_push(&r->labels, joined);
	}
	return true;
}

/* Put the rows in order of their profiles. */
static void order_by_time(struct store_reader *r)
{
	size_t row = 0, nprofile = r->profiles.profile.n;

	vec_clear(&r->run);
	for (size_t i = 0; i < r->runs.n; i++)
		for (size_t k = 0; k < r->runs.v[i].n; k++)
			vec_push(&r->run, (uint32_t)i);
	vec_clear(&r->first);
	vec_append_zeroed(&r->first, nprofile + 2);
	for (row = 0; row < r->nrow; row++)
		r->first.v[r->time.v[row] + 2]++;
	for (size_t i = 2; i < r->first.n; i++)
		r->first.v[i] += r->first.v[i - 1];
	vec_reserve(&r->by_time, r->nrow);
	for (row = 0; row < r->nrow; row++)
		r->by_time.v[r->first.v[r->time.v[row] + 1]++] = (uint32_t)row;
}

static bool decode_piece(struct store_reader *r, struct piece *p)
{
	size_t ntype = p->series->type.n;

	if (!piece_profiles(p, &r->profiles) || !piece_runs(p, &r->runs, &r->nrow) ||
	    !in_fits(p->chunk ? &p->file->block.in : &p->file->log.in, r->nrow,
		     (ntype + 2) * sizeof(int64_t)))
		return false;
	vec_reserve(&r->time, r->nrow);
	vec_reserve(&r->value, r->nrow * ntype);
	if (!piece_times(p, &r->runs, r->profiles.profile.n, r->time.v))
		return false;
	for (size_t t = 0; t < ntype; t++)
		if (!piece_values(p, t, r->nrow, r->value.v + t * r->nrow))
			return false;
	order_by_time(r);
	return enter_runs(r, p);
}

static void fill_header(struct store_reader *r, const struct stored *s, struct profile *to)
{
	struct piece *p = &r->piece;
	const struct row_numbers *n = piece_numbers(p, to->dict);
	struct header *h = &to->head;

	if (!meta_get(r->profiles.meta.v[s->meta], to))
		piece_fail(p, "comments");
	h->period_type = dict_intern(to->dict, p->series->period_type);
	h->period_unit = dict_intern(to->dict, p->series->period_unit);
	h->time = s->time;
	h->duration = s->duration;
	h->end = s->end;
	if (n && s->main_map < n->map.n)
		h->main_map = n->map.v[s->main_map];
	to->nprofile = s->nprofile;
}

static bool fill_columns(struct store_reader *r, struct profile *to)
{
	const struct series *s = r->piece.series;
	int64_t scale;

	for (size_t t = 0; t < s->type.n; t++) {
		uint32_t col = profile_column(to, dict_intern(to->dict, s->type.v[t].type),
					      dict_intern(to->dict, s->type.v[t].unit), &scale);

		to->col[col].nprofile = to->nprofile;
	}
	return to->ncol == s->type.n || piece_fail(&r->piece, "sample types");
}

static bool fill_profile(struct store_reader *r, size_t i, struct profile *to)
{
	size_t ntype = r->piece.series->type.n;

	profile_clear(to);
	fill_header(r, &r->profiles.profile.v[i], to);
	if (!fill_columns(r, to))
		return false;
	for (size_t k = i ? r->first.v[i] : 0; k < r->first.v[i + 1]; k++) {
		uint32_t row = r->by_time.v[k], run = r->run.v[row];
		sample_id s = profile_add_sample(to, r->stack.v[run], r->labels.v[run]);

		for (size_t t = 0; t < ntype; t++)
			profile_add_value(to, (uint32_t)t, s, r->value.v[t * r->nrow + row]);
	}
	return true;
}

/* Go to the next piece that can be read. */
static bool next_piece(struct store_reader *r)
{
	r->at = 0;
	while (view_next(r->view, &r->piece))
		if (decode_piece(r, &r->piece))
			return true;
	vec_clear(&r->profiles.profile);
	return false;
}

bool store_next(struct store_reader *r, struct profile *p)
{
	for (;;) {
		while (r->at < r->profiles.profile.n) {
			size_t i = r->at++;

			if (piece_has(&r->piece, r->profiles.profile.v[i].time) &&
			    fill_profile(r, i, p))
				return true;
		}
		if (!next_piece(r))
			return false;
	}
}

void store_reader_begin(struct store_reader *r, struct store_view *v, struct selector *selector)
{
	*r = (struct store_reader){ .view = v };
	view_begin(v, selector);
}

void store_reader_end(struct store_reader *r)
{
	vec_release(&r->runs);
	vec_release(&r->time);
	vec_release(&r->run);
	vec_release(&r->by_time);
	vec_release(&r->first);
	vec_release(&r->value);
	vec_release(&r->stack);
	vec_release(&r->labels);
	chunk_profiles_release(&r->profiles);
}
