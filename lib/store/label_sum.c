/* Labels are in the index of a block, and totals of profiles are stored with their times. */
#include "store/label_sum.h"

/* Do samples have labels that their series lacks? A block's index or a log's record tells. */
static bool has_labels_of_samples(struct piece *p, struct row_runs *runs)
{
	size_t nrow;
	bool found = false;

	if (p->group)
		return p->group->key.n != 0;
	if (!piece_runs(p, runs, &nrow))
		return true;
	for (size_t i = 0; i < runs->n && !found; i++)
		found = runs->v[i].labels != 0;
	return found;
}

/* Does the index suffice? The next pass finds the errors of this one again. */
static bool index_is_enough(struct store_view *v, struct selector *selector)
{
	uint64_t nerror = v->nerror, torn = v->torn;
	size_t errors = v->errors.n;
	struct row_runs runs = { 0 };
	struct piece p;
	bool enough = true;

	view_begin_series(v, selector);
	while (enough && view_next(v, &p))
		enough = p.exact && !has_labels_of_samples(&p, &runs);
	vec_release(&runs);
	v->errors.n = errors;
	v->nerror = nerror;
	v->torn = torn;
	return enough;
}

/* Add up the totals of a piece. A saturated one is added as it is, and counted. */
static void add_total(struct piece *p, const struct chunk_profiles *profiles, size_t type,
		      uint32_t col, int64_t scale, sample_id sample, struct profile *to)
{
	size_t n = profiles->profile.n;

	if (p->sum) {
		int64_t total = p->sum->total.v[type];

		to->saturated += total == INT64_MAX || total == INT64_MIN;
		profile_add_value(to, col, sample, sat_mul(to, total, scale));
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (piece_has(p, profiles->profile.v[i].time))
			profile_add_value(to, col, sample,
					  sat_mul(to, profiles->total.v[type * n + i], scale));
}

static void add_column(struct piece *p, const struct chunk_profiles *profiles, size_t type,
		       sample_id sample, struct profile *to)
{
	int64_t scale;
	uint32_t col = profile_column(to, dict_intern(to->dict, p->series->type.v[type].type),
				      dict_intern(to->dict, p->series->type.v[type].unit), &scale);

	to->col[col].nprofile = to->nprofile;
	add_total(p, profiles, type, col, scale, sample, to);
}

static uint32_t count_profiles(const struct piece *p, const struct chunk_profiles *profiles)
{
	uint32_t n = 0;

	if (p->sum)
		return (uint32_t)(p->sum->nmerged < UINT32_MAX ? p->sum->nmerged : UINT32_MAX);
	for (size_t i = 0; i < profiles->profile.n; i++)
		if (piece_has(p, profiles->profile.v[i].time))
			n += profiles->profile.v[i].nprofile;
	return n;
}

/* The piece as a profile of one sample. */
static bool labels_of_piece(struct piece *p, struct chunk_profiles *profiles, struct profile *to)
{
	sample_id sample;

	if (!p->sum && !piece_profiles(p, profiles))
		return false;
	profile_clear(to);
	to->nprofile = count_profiles(p, profiles);
	if (!to->nprofile)
		return false;
	if (p->sum)
		to->head.default_type = dict_intern(to->dict, p->sum->default_type);
	else
		meta_get(profiles->meta.v[profiles->profile.v[0].meta], to);
	to->head.period_type = dict_intern(to->dict, p->series->period_type);
	to->head.period_unit = dict_intern(to->dict, p->series->period_unit);
	sample = profile_add_sample(to, (stack_id){ 0 }, series_labels(p->series, to->dict));
	for (size_t i = 0; i < p->series->type.n; i++)
		add_column(p, profiles, i, sample, to);
	return true;
}

bool store_sum_labels(struct store_view *v, struct selector *selector, struct profile *total)
{
	struct chunk_profiles profiles = { 0 };
	struct profile part;
	struct piece p;

	if (!index_is_enough(v, selector))
		return false;
	profile_init(&part, total->dict);
	view_begin_series(v, selector);
	while (view_next(v, &p))
		if (labels_of_piece(&p, &profiles, &part))
			profile_append(total, &part);
	profile_release(&part);
	chunk_profiles_release(&profiles);
	return true;
}
