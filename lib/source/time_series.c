#include "source/time_series.h"

#include <stdlib.h>

#include "profile/type.h"

void time_series_begin(struct time_series *t, const struct time_series_options *options)
{
	*t = (struct time_series){ .options = *options };
	strings_init(&t->groups);
	table_init(&t->points, sizeof(struct time_point), offsetof(struct time_point, value));
}

void time_series_release(struct time_series *t)
{
	strings_release(&t->groups);
	table_release(&t->points);
	buf_release(&t->type_id);
	buf_release(&t->unit);
	vec_release(&t->loc_matches);
	vec_release(&t->stack_matches);
}

/* Points */

static int64_t step_of(const struct time_series *t, int64_t time)
{
	int64_t rest = time % t->options.step;

	return time - rest - (rest < 0 ? t->options.step : 0);
}

static void add_point(struct time_series *t, struct str group, int64_t time, int64_t value)
{
	/* Group 0 at time 0 must differ from no row. */
	struct time_point key = { .group = strings_intern(&t->groups, group),
				  .zero = 1,
				  .time = step_of(t, time) };
	struct time_point *p = table_row(&t->points, table_intern(&t->points, &key));

	if (__builtin_add_overflow(p->value, value, &p->value)) {
		p->value = value < 0 ? INT64_MIN : INT64_MAX;
		t->saturated++;
	}
	p->nprofile++;
}

/* Is it the type that the values are of? The first type that is chosen decides. */
static bool is_the_type(struct time_series *t, struct str id, struct str unit)
{
	if (!t->type_id.n) {
		buf_add(&t->type_id, id);
		buf_add(&t->unit, unit);
	}
	if (str_eq(buf_str(&t->type_id), id))
		return true;
	t->nother_type++;
	return false;
}

void time_series_add_value(struct time_series *t, struct str type_id, struct str unit,
			   struct str group, int64_t time, int64_t value)
{
	if (is_the_type(t, type_id, unit))
		add_point(t, group, time, value);
}

/* Functions */

static bool loc_matches(struct time_series *t, loc_id loc)
{
	uint8_t *known;

	if (loc.i >= t->loc_matches.n)
		vec_append_zeroed(&t->loc_matches, t->dict->loc.n - t->loc_matches.n);
	known = &t->loc_matches.v[loc.i];
	if (!*known)
		*known = 1 + regex_match(t->options.function,
					 dict_text(t->dict, dict_frame_name(t->dict, loc)));
	return *known == 2;
}

static bool stack_matches(struct time_series *t, stack_id stack)
{
	const loc_id *frame;
	uint8_t *known;
	size_t n;

	if (!t->options.function)
		return true;
	if (stack.i >= t->stack_matches.n)
		vec_append_zeroed(&t->stack_matches, t->dict->stack.n - t->stack_matches.n);
	known = &t->stack_matches.v[stack.i];
	if (*known)
		return *known == 2;
	*known = 1;
	frame = dict_frames(t->dict, stack, &n);
	for (size_t i = 0; i < n && *known == 1; i++)
		*known += loc_matches(t, frame[i]);
	return *known == 2;
}

static void use_dictionary(struct time_series *t, struct dictionary *d)
{
	if (t->dict == d)
		return;
	t->dict = d;
	vec_clear(&t->loc_matches);
	vec_clear(&t->stack_matches);
}

void time_series_forget(struct time_series *t)
{
	use_dictionary(t, NULL);
}

/* Profiles */

static void group_of_sample(const struct time_series *t, const struct profile *p,
			    label_set_id labels, struct buf *group)
{
	group->n = 0;
	for (size_t i = 0; i < t->options.nby; i++) {
		str_id key = dict_find_str(p->dict, t->options.by[i]);
		const struct label *l = key.i ? dict_find_label(p->dict, labels, key) : NULL;

		if (l && l->is_num)
			buf_i64(group, l->num);
		else if (l)
			buf_add(group, dict_text(p->dict, l->str));
		buf_ch(group, '\0');
	}
}

static bool column_of_profile(struct time_series *t, const struct profile *p, uint32_t *col)
{
	struct buf id = { 0 };
	bool ok;

	*col = p->ncol ? profile_default_column(p) : 0;
	if (!p->ncol || (t->options.type.n && !type_find(p, t->options.type, col))) {
		t->nother_type++;
		return false;
	}
	type_id(p, *col, &id);
	ok = is_the_type(t, buf_str(&id), dict_text(p->dict, p->col[*col].unit));
	buf_release(&id);
	return ok;
}

void time_series_add_profile(struct time_series *t, struct profile *p)
{
	struct buf why = { 0 }, group = { 0 };
	uint32_t col;
	bool ok = !t->options.selector || selector_apply(t->options.selector, p, &why);

	use_dictionary(t, p->dict);
	if (ok && column_of_profile(t, p, &col)) {
		for (uint32_t i = 1; i < p->sample.n; i++) {
			const struct sample *s = profile_sample(p, (sample_id){ i });

			group_of_sample(t, p, s->labels, &group);
			if (stack_matches(t, s->stack))
				add_point(t, buf_str(&group), p->head.time, p->col[col].v[i]);
		}
	} else if (!ok) {
		t->nother_type++;
	}
	buf_release(&why);
	buf_release(&group);
}

/* Stores */

static bool series_has_type(const struct series *s, size_t i, struct str wanted)
{
	struct buf id = { 0 };
	bool found;

	series_type_id(s, i, &id);
	found = str_eq(s->type.v[i].type, wanted) || type_ids_agree(wanted, buf_str(&id)) ||
		str_eq(s->type.v[i].type, type_of_event(wanted));
	buf_release(&id);
	return found;
}

/* The type of a series, by --type, the selector, or the profile's default. */
static bool column_of_series(struct time_series *t, const struct series *s, struct str by_default,
			     size_t *col)
{
	struct buf id = { 0 };
	bool found = false, ok;

	for (size_t i = s->type.n; i-- > 0 && !found;) {
		*col = i;
		id.n = 0;
		series_type_id(s, i, &id);
		if (t->options.selector &&
		    !selector_matches_type(t->options.selector, buf_str(&id)))
			continue;
		found = t->options.type.n ? series_has_type(s, i, t->options.type) :
					    !by_default.n || str_eq(by_default, s->type.v[i].type);
	}
	if (!found && by_default.n && !t->options.type.n) {
		buf_release(&id);
		return column_of_series(t, s, S(""), col);
	}
	id.n = 0;
	if (found)
		series_type_id(s, *col, &id);
	ok = found && is_the_type(t, buf_str(&id), s->type.v[*col].unit);
	buf_release(&id);
	return ok;
}

static void group_of_series(const struct time_series *t, const struct series *s, struct buf *group)
{
	group->n = 0;
	for (size_t i = 0; i < t->options.nby; i++) {
		for (size_t k = 0; k < s->label.n; k++) {
			if (!str_eq(s->label.v[k].key, t->options.by[i]))
				continue;
			if (s->label.v[k].is_num)
				buf_i64(group, s->label.v[k].num);
			else
				buf_add(group, s->label.v[k].str);
			break;
		}
		buf_ch(group, '\0');
	}
}

/* Do the labels of its series say all that is asked for? */
static bool series_is_enough(const struct time_series *t, struct piece *p)
{
	for (size_t i = 0; i < t->options.nby; i++)
		if (piece_has_label(p, t->options.by[i]))
			return false;
	return p->exact;
}

static bool wants_stack(void *context, stack_id stack, label_set_id labels)
{
	(void)labels;
	return stack_matches(context, stack);
}

static void add_piece(struct time_series *t, struct piece *p, struct chunk_profiles *profiles,
		      struct buf *group)
{
	size_t col, n;
	int64_t *sums;
	bool ok = true;

	if (!piece_profiles(p, profiles))
		return;
	n = profiles->profile.n;
	if (!column_of_series(t, p->series,
			      n ? meta_default_type(profiles->meta.v[profiles->profile.v[0].meta]) :
				  S(""),
			      &col)) {
		t->nother_type += n ? n - 1 : 0;
		return;
	}
	group_of_series(t, p->series, group);
	sums = mem_zeroed(n, sizeof(*sums));
	if (t->options.function)
		ok = piece_sum_by_profile(p, col, wants_stack, t, sums, &t->saturated);
	else
		memcpy(sums, profiles->total.v + col * n, n * sizeof(*sums));
	for (size_t i = 0; i < n && ok; i++)
		if (piece_has(p, profiles->profile.v[i].time))
			add_point(t, buf_str(group), profiles->profile.v[i].time, sums[i]);
	mem_free(sums, n * sizeof(*sums));
}

/* A question about labels of samples: all rows have to be read. */
static void add_profiles(struct time_series *t, struct store_view *v)
{
	struct store_reader r;
	struct profile p;

	profile_init(&p, v->dict);
	store_reader_begin(&r, v, t->options.selector);
	while (store_next(&r, &p))
		time_series_add_profile(t, &p);
	store_reader_end(&r);
	profile_release(&p);
}

void time_series_add_store(struct time_series *t, struct store_view *v)
{
	struct chunk_profiles profiles = { 0 };
	struct buf group = { 0 };
	struct piece p;
	uint64_t nerror = v->nerror;
	size_t errors = v->errors.n;
	bool is_enough = true;

	use_dictionary(t, v->dict);
	view_begin(v, t->options.selector);
	while (is_enough && view_next(v, &p))
		is_enough = series_is_enough(t, &p);
	v->errors.n = errors; /* the second pass finds the others again */
	v->nerror = nerror;
	v->torn = 0;
	if (!is_enough) {
		add_profiles(t, v);
		return;
	}
	view_begin(v, t->options.selector);
	while (view_next(v, &p))
		add_piece(t, &p, &profiles, &group);
	chunk_profiles_release(&profiles);
	buf_release(&group);
}

/* Order */

static int by_time_and_group(const void *a, const void *b)
{
	const struct time_point_named *x = a, *y = b;

	if (x->point->time != y->point->time)
		return x->point->time < y->point->time ? -1 : 1;
	return str_cmp(x->group, y->group);
}

struct time_point_named *time_series_sorted(const struct time_series *t, size_t *n)
{
	struct time_point_named *sorted;

	*n = t->points.n - 1;
	sorted = mem_zeroed(*n, sizeof(*sorted));
	for (size_t i = 0; i < *n; i++) {
		sorted[i].point = table_row(&t->points, (uint32_t)i + 1);
		sorted[i].group = strings_get(&t->groups, sorted[i].point->group);
	}
	if (*n)
		qsort(sorted, *n, sizeof(*sorted), by_time_and_group);
	return sorted;
}
