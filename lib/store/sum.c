/*
 * Sums over pieces. If a piece is wanted whole, the rows of a run are added without reading
 * their times. The sum of a series is added to the total only when it is complete.
 */
#include "store/read.h"

struct summing {
	struct profile *total;
	struct profile part;         /* the sum of the current series */
	const struct series *series; /* NULL: none yet */
	label_set_id labels;         /* of the series */
	struct profile head;         /* scratch: profiles without samples */
	struct row_runs runs;
	struct chunk_profiles profiles;
	VEC(int64_t) value;
	VEC(int64_t) quotient; /* sums of runs, type by type, divided by a factor */
	VEC(int64_t) factor;
	VEC(int) like; /* by type: the type whose quotients it has */
	VEC(uint32_t) time;
	VEC(sample_id) sample;    /* by run */
	VEC(label_set_id) joined; /* by label set of samples: the set with the series' labels */
	const struct row_numbers *numbers;
};

static void set_columns(struct profile *p, const struct series *s, uint32_t nprofile)
{
	int64_t scale;

	for (size_t i = 0; i < s->type.n; i++) {
		uint32_t col = profile_column(p, dict_intern(p->dict, s->type.v[i].type),
					      dict_intern(p->dict, s->type.v[i].unit), &scale);

		p->col[col].nprofile = nprofile;
	}
}

/* Add the sum of the series to the total. */
static void flush_part(struct summing *s)
{
	if (s->part.nprofile)
		profile_append(s->total, &s->part);
	profile_clear(&s->part);
	s->series = NULL;
}

static void begin_series(struct summing *s, struct piece *p)
{
	if (p->chunk && s->series == p->series)
		return;
	flush_part(s);
	s->series = p->series;
	s->labels = series_labels(p->series, s->part.dict);
	vec_clear(&s->joined);
}

/* Headers and comments */

static void begin_head(struct summing *s, struct piece *p, const struct stored *first,
		       const struct row_numbers *n)
{
	struct header *h = &s->head.head;

	profile_clear(&s->head);
	meta_get(s->profiles.meta.v[first->meta], &s->head);
	h->period_type = dict_intern(s->head.dict, p->series->period_type);
	h->period_unit = dict_intern(s->head.dict, p->series->period_unit);
	h->time = first->time;
	h->duration = first->duration;
	h->end = first->end;
	if (first->main_map < n->map.n)
		h->main_map = n->map.v[first->main_map];
	s->head.nprofile = first->nprofile;
}

/* Similar profiles without comments are added up before they are appended. */
static void add_to_head(struct summing *s, const struct stored *p)
{
	struct header *h = &s->head.head;
	struct header more = { .time = p->time, .duration = p->duration, .end = p->end };
	int64_t end = profile_end(h), other = profile_end(&more);

	h->duration = sat_add(&s->head, h->duration, p->duration);
	h->end = other > end ? other : end;
	s->head.nprofile += p->nprofile;
}

static void append_head(struct summing *s, struct piece *p)
{
	if (!s->head.nprofile)
		return;
	set_columns(&s->head, p->series, s->head.nprofile);
	profile_append(&s->part, &s->head);
	profile_clear(&s->head);
}

static void append_heads(struct summing *s, struct piece *p)
{
	const struct stored *last = NULL;

	profile_clear(&s->head);
	for (size_t i = 0; i < s->profiles.profile.n; i++) {
		const struct stored *at = &s->profiles.profile.v[i];

		if (!piece_has(p, at->time))
			continue;
		if (last && s->head.nprofile && last->meta == at->meta &&
		    last->main_map == at->main_map && !profile_ncomment(&s->head)) {
			add_to_head(s, at);
			continue;
		}
		append_head(s, p);
		begin_head(s, p, at, s->numbers);
		last = at;
	}
	append_head(s, p);
}

/* Rows */

/* The set of a sample's labels and those of its series. */
static label_set_id join_labels(struct summing *s, struct piece *p, uint32_t labels)
{
	struct dictionary *d = s->part.dict;
	label_set_id rest = piece_labels(p, s->numbers, labels), set = s->labels;

	if (!rest.i)
		return set;
	if (labels < s->joined.n && s->joined.v[labels].i)
		return s->joined.v[labels];
	for (label_set_id at = rest; at.i;) {
		struct label l = *dict_label(d, dict_label_set(d, at)->label);

		at = dict_label_set(d, at)->rest;
		set = dict_add_label(d, set, l);
	}
	if (labels >= s->joined.n)
		vec_append_zeroed(&s->joined, labels + 1 - s->joined.n);
	s->joined.v[labels] = set;
	return set;
}

static void add_samples_of_runs(struct summing *s, struct piece *p, const uint8_t *has)
{
	vec_clear(&s->sample);
	for (size_t i = 0; i < s->runs.n; i++) {
		const struct row_run *r = &s->runs.v[i];
		sample_id none = { 0 };

		if (has && !has[i])
			vec_push(&s->sample, none);
		else
			vec_push(&s->sample,
				 profile_add_sample(&s->part, piece_stack(p, s->numbers, r->stack),
						    join_labels(s, p, r->labels)));
	}
}

/* The sum of a run's values in the profiles that are kept. */
static int64_t sum_run(struct summing *s, const int64_t *v, size_t n, const uint32_t *time,
		       const uint8_t *keep)
{
	int64_t sum = 0;

	for (size_t k = 0; k < n; k++)
		if (keep[time[k]] && __builtin_add_overflow(sum, v[k], &sum))
			sum = sat_add(&s->part, v[k] < 0 ? INT64_MIN : INT64_MAX, v[k]);
	return sum;
}

static void add_values_of_runs(struct summing *s, size_t nrow, const uint8_t *keep)
{
	for (size_t t = 0; t < s->series->type.n; t++) {
		const int64_t *v = s->value.v + t * nrow;
		const uint32_t *time = s->time.v;

		for (size_t i = 0; i < s->runs.n; i++) {
			size_t n = s->runs.v[i].n;

			if (s->sample.v[i].i)
				profile_add_value(&s->part, (uint32_t)t, s->sample.v[i],
						  sum_run(s, v, n, time, keep));
			v += n;
			time += n;
		}
	}
}

/*
 * Read the sums of the runs of a piece that is wanted whole. s->like has, for each type, the
 * type whose quotients it has; s->factor has the factor for these quotients.
 */
static bool read_sums(struct summing *s, struct piece *p)
{
	size_t n = s->runs.n;

	vec_clear(&s->like);
	vec_clear(&s->factor);
	vec_reserve(&s->quotient, p->series->type.n * n);
	for (size_t t = 0; t < p->series->type.n; t++) {
		int64_t factor;
		int like;

		if (!piece_sums(p, t, &s->runs, s->quotient.v + t * n, &like, &factor,
				&s->part.saturated))
			return false;
		vec_push(&s->like, like < 0 ? (int)t : s->like.v[like]);
		vec_push(&s->factor, factor);
	}
	return true;
}

static void add_sums(struct summing *s)
{
	for (size_t t = 0; t < s->like.n; t++) {
		const int64_t *sum = s->quotient.v + (size_t)s->like.v[t] * s->runs.n;

		for (size_t i = 0; i < s->runs.n; i++)
			profile_add_value(&s->part, (uint32_t)t, s->sample.v[i],
					  sat_mul(&s->part, sum[i], s->factor.v[t]));
	}
}

/* Mark the profiles that are in the view, with one byte each. */
static uint8_t *kept_profiles(struct summing *s, struct piece *p)
{
	uint8_t *keep = mem_zeroed(s->profiles.profile.n, 1);

	for (size_t i = 0; i < s->profiles.profile.n; i++)
		keep[i] = piece_has(p, s->profiles.profile.v[i].time);
	return keep;
}

static void runs_with_rows(const struct summing *s, const uint8_t *keep, uint8_t *has)
{
	const uint32_t *time = s->time.v;

	for (size_t i = 0; i < s->runs.n; i++)
		for (size_t k = 0; k < s->runs.v[i].n; k++)
			has[i] |= keep[*time++];
}

/* Read all rows of a piece that is wanted in part. */
static bool read_rows(struct summing *s, struct piece *p, size_t nrow)
{
	size_t ntype = p->series->type.n;

	vec_reserve(&s->time, nrow);
	vec_reserve(&s->value, nrow * ntype);
	if (!piece_times(p, &s->runs, s->profiles.profile.n, s->time.v))
		return false;
	for (size_t t = 0; t < ntype; t++)
		if (!piece_values(p, t, nrow, s->value.v + t * nrow))
			return false;
	return true;
}

static void add_rows(struct summing *s, struct piece *p, size_t nrow)
{
	size_t nprofile = s->profiles.profile.n, nrun = s->runs.n;
	uint8_t *keep = kept_profiles(s, p), *has = mem_zeroed(nrun, 1);

	runs_with_rows(s, keep, has);
	add_samples_of_runs(s, p, has);
	add_values_of_runs(s, nrow, keep);
	mem_free(keep, nprofile);
	mem_free(has, nrun);
}

/* A piece is read in full before it is added, so nothing of a damaged one is added. */
static void sum_piece(struct summing *s, struct piece *p)
{
	size_t nrow;

	if (!piece_profiles(p, &s->profiles) || !piece_runs(p, &s->runs, &nrow))
		return;
	s->numbers = piece_numbers(p, s->part.dict);
	if (!s->numbers || !(p->whole ? read_sums(s, p) : read_rows(s, p, nrow)))
		return;
	begin_series(s, p);
	append_heads(s, p);
	if (!s->part.nprofile)
		return; /* none of its profiles is in the view */
	if (s->part.ncol != p->series->type.n) {
		piece_fail(p, "sample types");
	} else if (p->whole) {
		add_samples_of_runs(s, p, NULL);
		add_sums(s);
	} else {
		add_rows(s, p, nrow);
	}
}

void store_sum(struct store_view *v, struct selector *selector, struct profile *total)
{
	struct summing s = { .total = total };
	struct piece p;

	profile_init(&s.part, total->dict);
	profile_init(&s.head, total->dict);
	view_begin(v, selector);
	while (view_next(v, &p))
		sum_piece(&s, &p);
	flush_part(&s);
	profile_release(&s.part);
	profile_release(&s.head);
	vec_release(&s.runs);
	vec_release(&s.value);
	vec_release(&s.quotient);
	vec_release(&s.like);
	vec_release(&s.factor);
	vec_release(&s.time);
	vec_release(&s.sample);
	vec_release(&s.joined);
	chunk_profiles_release(&s.profiles);
}

/* Sums by profile */

bool piece_sum_by_profile(struct piece *p, size_t type,
			  bool (*wanted)(void *context, stack_id stack, label_set_id labels),
			  void *context, int64_t *sums, uint64_t *saturated)
{
	const struct row_numbers *n = piece_numbers(p, p->view->dict);
	struct row_runs runs = { 0 };
	VEC(int64_t) value = { 0 };
	VEC(uint32_t) time = { 0 };
	size_t nrow, at = 0;
	bool ok = n && piece_runs(p, &runs, &nrow);

	if (ok) {
		vec_reserve(&value, nrow);
		vec_reserve(&time, nrow);
		ok = piece_times(p, &runs, (size_t)p->nprofile, time.v) &&
		     piece_values(p, type, nrow, value.v);
	}
	for (size_t i = 0; ok && i < runs.n; at += runs.v[i].n, i++) {
		if (wanted && !wanted(context, piece_stack(p, n, runs.v[i].stack),
				      piece_labels(p, n, runs.v[i].labels)))
			continue;
		for (size_t k = at; k < at + runs.v[i].n; k++) {
			int64_t *sum = &sums[time.v[k]], v = value.v[k];

			if (__builtin_add_overflow(*sum, v, sum)) {
				*sum = v < 0 ? INT64_MIN : INT64_MAX;
				++*saturated;
			}
		}
	}
	vec_release(&runs);
	vec_release(&value);
	vec_release(&time);
	return ok;
}
