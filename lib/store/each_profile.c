/* Reading a store profile by profile. */
#include "store/read.h"

struct reading {
	profile_visitor *visit;
	void *context;
	struct profile p;
	struct runs runs;
	struct chunk_profiles profiles;
	size_t nrow;
	VEC(uint32_t) time;     /* by row: which profile */
	VEC(uint32_t) run;      /* by row: which run */
	VEC(uint32_t) by_time;  /* rows, profile by profile */
	VEC(size_t) first;      /* by profile: its first in by_time */
	VEC(int64_t) value;     /* type by type: nrow each */
	VEC(stack_id) stack;    /* by run */
	VEC(label_set_id) labels; /* by run */
};

static label_set_id join_sets(struct dictionary *d, label_set_id to, label_set_id from)
{
	while (from.i) {
		struct label l = *dict_label(d, dict_label_set(d, from)->label);

		from = dict_label_set(d, from)->rest;
		to = dict_add_label(d, to, l);
	}
	return to;
}

/* The rows of the dictionary that runs are of. */
static bool enter_runs(struct reading *r, struct piece *p)
{
	struct dictionary *d = r->p.dict;
	const struct row_numbers *n = piece_numbers(p, d);
	label_set_id common, joined = { 0 };
	uint32_t last = UINT32_MAX;

	if (!n)
		return false;
	common = series_labels(p->series, d);
	vec_clear(&r->stack);
	vec_clear(&r->labels);
	for (size_t i = 0; i < r->runs.n; i++) {
		const struct run *run = &r->runs.v[i];

		if (run->labels != last)
			joined = join_sets(d, common, piece_labels(p, n, run->labels));
		last = run->labels;
		vec_push(&r->stack, piece_stack(p, n, run->stack));
		vec_push(&r->labels, joined);
	}
	return true;
}

/* Put the rows in order of their profiles. */
static void order_by_time(struct reading *r)
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

static bool decode_piece(struct reading *r, struct piece *p)
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

static void fill_header(struct reading *r, struct piece *p, const struct stored *s)
{
	const struct row_numbers *n = piece_numbers(p, r->p.dict);
	struct header *h = &r->p.head;

	meta_get(r->profiles.meta.v[s->meta], &r->p);
	h->period_type = dict_intern(r->p.dict, p->series->period_type);
	h->period_unit = dict_intern(r->p.dict, p->series->period_unit);
	h->time = s->time;
	h->duration = s->duration;
	h->end = s->end;
	if (n && s->main_map < n->map.n)
		h->main_map = n->map.v[s->main_map];
	r->p.nprofile = s->nprofile;
}

static bool fill_profile(struct reading *r, struct piece *p, size_t i)
{
	size_t ntype = p->series->type.n;
	int64_t scale;

	profile_clear(&r->p);
	fill_header(r, p, &r->profiles.profile.v[i]);
	for (size_t t = 0; t < ntype; t++) {
		const struct series_type *type = &p->series->type.v[t];
		uint32_t col = profile_column(&r->p, dict_intern(r->p.dict, type->type),
					      dict_intern(r->p.dict, type->unit), &scale);

		r->p.col[col].nprofile = r->p.nprofile;
	}
	if (r->p.ncol != ntype)
		return piece_fail(p, "sample types");
	for (size_t k = i ? r->first.v[i] : 0; k < r->first.v[i + 1]; k++) {
		uint32_t row = r->by_time.v[k], run = r->run.v[row];
		sample_id s = profile_add_sample(&r->p, r->stack.v[run], r->labels.v[run]);

		for (size_t t = 0; t < ntype; t++)
			profile_add_value(&r->p, (uint32_t)t, s, r->value.v[t * r->nrow + row]);
	}
	return true;
}

static bool read_piece(void *context, struct piece *p)
{
	struct reading *r = context;

	if (!decode_piece(r, p))
		return true;
	for (size_t i = 0; i < r->profiles.profile.n; i++) {
		if (!piece_has(p, r->profiles.profile.v[i].time))
			continue;
		if (!fill_profile(r, p, i))
			return true;
		if (!r->visit(r->context, &r->p))
			return false;
	}
	return true;
}

void store_each_profile(struct view *v, struct selector *selector, profile_visitor *visit,
			void *context)
{
	struct reading r = { .visit = visit, .context = context };

	profile_init(&r.p, v->dict);
	view_each(v, selector, read_piece, &r);
	profile_release(&r.p);
	vec_release(&r.runs);
	vec_release(&r.time);
	vec_release(&r.run);
	vec_release(&r.by_time);
	vec_release(&r.first);
	vec_release(&r.value);
	vec_release(&r.stack);
	vec_release(&r.labels);
	chunk_profiles_release(&r.profiles);
}
