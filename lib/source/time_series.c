#include "source/time_series.h"

#include <math.h>
#include <stdlib.h>

#include "profile/type.h"
#include "profile/type_order.h"

void time_series_begin(struct time_series *t, const struct time_series_options *options)
{
	*t = (struct time_series){ .options = *options };
	strings_init(&t->groups);
	table_init(&t->points, sizeof(struct time_point), offsetof(struct time_point, value));
	table_init(&t->now, sizeof(struct time_point), offsetof(struct time_point, value));
}

void time_series_release(struct time_series *t)
{
	strings_release(&t->groups);
	table_release(&t->points);
	table_release(&t->now);
	buf_release(&t->type_id);
	buf_release(&t->unit);
	stack_selector_release(&t->options.stacks);
}

/* Points */

int64_t time_series_step_of(const struct time_series *t, int64_t time)
{
	int64_t step = t->options.step, rest;

	if (!step)
		return 0;
	time += t->options.shift;
	rest = (int64_t)(((__int128)time - t->options.origin) % step);
	return time - rest - (rest < 0 ? step : 0);
}

static void add_to(struct time_series *t, int64_t *sum, int64_t v)
{
	if (!__builtin_add_overflow(*sum, v, sum))
		return;
	*sum = v < 0 ? INT64_MIN : INT64_MAX;
	t->saturated++;
}

/*
 * Add the values of a profile, or of the sum of n profiles that a store keeps of old ones, to a
 * point of a group, which is a string of t->groups.
 */
static void add_profile_point(struct time_series *t, uint32_t group, const struct header *h,
			      uint32_t n, int64_t value, int64_t total)
{
	/* Group 0 at time 0 must not be the all-zero key. */
	struct time_point key = { .group = group,
				  .zero = 1,
				  .time = time_series_step_of(t, h->time) };
	struct time_point *p = table_row(&t->points, table_intern(&t->points, &key));
	int64_t end = profile_end(h);

	if (!p->nprofile || h->time < p->first)
		p->first = h->time;
	if (!p->nprofile || end > p->end)
		p->end = end;
	if (!p->nprofile || value > p->most)
		p->most = value;
	add_to(t, &p->value, value);
	add_to(t, &p->total, total);
	p->nprofile += n;
}

double time_series_seconds(const struct time_series *t, const struct time_point *p)
{
	const struct time_series_options *o = &t->options;
	double from = (double)p->time, until = from + (double)o->step;

	if (!o->step)
		return ((double)p->end - (double)p->first) / 1e9;
	if (o->since < o->until)
		from = fmax(from, (double)o->since);
	if (o->since < o->until && o->until > p->time)
		until = fmin(until, (double)o->until);
	return (until - from) / 1e9;
}

double time_point_measure(const struct time_point *p, enum alert_measure measure, double seconds)
{
	switch (measure) {
	case ALERT_SHARE: return p->total ? (double)p->value / (double)p->total : NAN;
	case ALERT_RATE: return seconds > 0 ? (double)p->value / seconds : NAN;
	case ALERT_AVG: return p->nprofile ? (double)p->value / (double)p->nprofile : NAN;
	case ALERT_MAX: return (double)p->most;
	default: return (double)p->value;
	}
}

/* Is this the type of the series? The first profile with a chosen type decides. */
static bool is_the_type(struct time_series *t, struct str id, struct str unit)
{
	if (!t->type_id.n) {
		buf_add(&t->type_id, id);
		buf_add(&t->unit, unit);
	}
	return str_eq(buf_str(&t->type_id), id);
}

void time_series_add_total(struct time_series *t, struct str type_id, struct str unit,
			   struct str group, int64_t time, int64_t value)
{
	if (is_the_type(t, type_id, unit))
		add_profile_point(t, strings_intern(&t->groups, group),
				  &(struct header){ .time = time }, 1, value, value);
	else
		t->nother_type++;
}

/* Profiles */

void time_series_group(const struct time_series_options *o, struct dictionary *d,
		       label_set_id labels, struct buf *group)
{
	group->n = 0;
	for (size_t i = 0; i < o->nby; i++) {
		str_id key = dict_find_str(d, o->by[i]);
		const struct label *l = key.i ? dict_find_label(d, labels, key) : NULL;

		if (l && l->is_num)
			buf_i64(group, l->num);
		else if (l)
			buf_add(group, dict_text(d, l->str));
		buf_ch(group, '\0');
	}
}

bool time_series_column(const struct time_series_options *o, const struct profile *p, uint32_t *col)
{
	*col = p->ncol ? profile_default_column(p) : 0;
	return p->ncol && (!o->type.n || type_find(p, o->type, col));
}

bool time_series_has_type(const struct time_series *t, const struct profile *p, uint32_t *col)
{
	struct buf id = { 0 };
	bool ok = time_series_column(&t->options, p, col);

	if (ok)
		type_id(p, *col, &id);
	ok = ok && str_eq(buf_str(&id), buf_str(&t->type_id));
	buf_release(&id);
	return ok;
}

bool time_series_type_of_profile(struct time_series *t, const struct profile *p, uint32_t *col)
{
	struct buf id = { 0 };
	bool ok;

	if (!time_series_column(&t->options, p, col)) {
		t->nother_type++;
		return false;
	}
	type_id(p, *col, &id);
	ok = is_the_type(t, buf_str(&id), dict_text(p->dict, p->col[*col].unit));
	t->nother_type += !ok;
	buf_release(&id);
	return ok;
}

/* The sums of the group that these labels belong to, in t->now. */
static struct time_point *sums_of_group(struct time_series *t, struct dictionary *d,
					label_set_id labels, struct buf *group)
{
	struct time_point key = { .zero = 1 };

	time_series_group(&t->options, d, labels, group);
	key.group = strings_intern(&t->groups, buf_str(group));
	return table_row(&t->now, table_intern(&t->now, &key));
}

/* Sum the samples of a profile by group, in t->now. `labels` are those of one without samples. */
static void sum_groups(struct time_series *t, struct profile *p, label_set_id labels, uint32_t col)
{
	struct buf group = { 0 };

	table_clear(&t->now);
	if (p->sample.n == 1)
		sums_of_group(t, p->dict, labels, &group);
	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct sample *s = profile_sample(p, (sample_id){ i });
		struct time_point *point = sums_of_group(t, p->dict, s->labels, &group);

		add_to(t, &point->total, p->col[col].v[i]);
		if (stack_selector_wants(&t->options.stacks, p->dict, s->stack))
			add_to(t, &point->value, p->col[col].v[i]);
	}
	buf_release(&group);
}

static void tell_profile(struct time_series *t, struct profile *p)
{
	struct profile_value v = { .profile = p, .head = &p->head };

	for (uint32_t i = 1; i < t->now.n; i++) {
		const struct time_point *now = table_row(&t->now, i);

		add_to(t, &v.value, now->value);
		add_to(t, &v.total, now->total);
	}
	t->options.each(t->options.context, &v);
}

/* Apply the selector. Is the profile, or a part of it, selected? */
static bool select_profile(struct time_series *t, struct profile *p, label_set_id labels)
{
	struct selector *selector = t->options.selector;
	struct buf why = { 0 };
	bool is_idle = p->sample.n == 1, ok = !selector || selector_apply(selector, p, &why);

	buf_release(&why);
	t->nother_type += !ok;
	if (ok && is_idle && selector)
		return selector_matches_set(selector, p->dict, labels);
	return ok && (is_idle || p->sample.n > 1);
}

void time_series_add_profile(struct time_series *t, struct profile *p, label_set_id labels)
{
	uint32_t col;

	if (select_profile(t, p, labels) && time_series_type_of_profile(t, p, &col)) {
		sum_groups(t, p, labels, col);
		if (t->options.each)
			tell_profile(t, p);
		for (uint32_t i = 1; i < t->now.n && !t->options.each; i++) {
			const struct time_point *now = table_row(&t->now, i);

			add_profile_point(t, now->group, &p->head, p->nprofile, now->value,
					  now->total);
		}
	}
}

/* Stores */

bool series_type_is(const struct series *s, size_t i, struct str wanted)
{
	struct buf id = { 0 };
	uint64_t index;
	bool found;

	series_type_id(s, i, &id);
	found = str_eq(s->type.v[i].type, wanted) || type_ids_agree(wanted, buf_str(&id)) ||
		str_eq(s->type.v[i].type, type_of_event(wanted)) ||
		(str_u64(wanted, &index) && index == i);
	buf_release(&id);
	return found;
}

/* Choose the type by --type, the selector, or the profile's default. */
static bool type_of_series(const struct time_series *t, const struct series *s,
			   struct str by_default, size_t *col, struct buf *id)
{
	bool found = false;

	for (size_t i = s->type.n; i-- > 0 && !found;) {
		*col = i;
		id->n = 0;
		series_type_id(s, i, id);
		if (t->options.selector && !selector_matches_type(t->options.selector, buf_str(id)))
			continue;
		found = t->options.type.n ? series_type_is(s, i, t->options.type) :
					    !by_default.n || str_eq(by_default, s->type.v[i].type);
	}
	if (!found && by_default.n && !t->options.type.n)
		return type_of_series(t, s, S(""), col, id);
	return found;
}

bool time_series_type_of(struct time_series *t, const struct series *s, struct str by_default,
			 size_t *col)
{
	struct buf id = { 0 };
	bool ok = type_of_series(t, s, by_default, col, &id) &&
		  is_the_type(t, buf_str(&id), s->type.v[*col].unit);

	buf_release(&id);
	return ok;
}

/* The default type of the first profile of the piece that is in the view; false: none is. */
static bool default_of_piece(struct piece *p, struct chunk_profiles *profiles, struct str *name)
{
	*name = p->sum ? p->sum->default_type : S("");
	if (p->sum)
		return p->sum->nprofile > 0;
	if (!piece_profiles(p, profiles))
		return false;
	for (size_t i = 0; i < profiles->profile.n; i++) {
		const struct stored *s = &profiles->profile.v[i];

		if (!piece_has(p, s->time))
			continue;
		*name = meta_default_type(profiles->meta.v[s->meta]);
		return true;
	}
	return false;
}

void time_series_choose_type(struct time_series *t, struct store_view *v)
{
	struct chunk_profiles profiles = { 0 };
	struct buf id = { 0 }, name = { 0 };
	size_t errors = v->errors.n, col;
	uint64_t nerror = v->nerror, torn = v->torn;
	struct str by_default;
	struct piece p;

	if (t->type_id.n || t->options.type.n)
		return;
	view_begin_series(v, t->options.selector);
	while (!str_eq(buf_str(&name), S("cpu")) && view_next(v, &p)) {
		if (!default_of_piece(&p, &profiles, &by_default) ||
		    !type_of_series(t, p.series, by_default, &col, &id) ||
		    (name.n && !type_is_better_default(p.series->type.v[col].type, buf_str(&name))))
			continue;
		name.n = t->unit.n = t->type_id.n = id.n = 0;
		series_type_id(p.series, col, &id);
		buf_add(&name, p.series->type.v[col].type);
		buf_add(&t->unit, p.series->type.v[col].unit);
		buf_add(&t->type_id, buf_str(&id));
	}
	v->errors.n = errors; /* the next pass reports these errors again */
	v->nerror = nerror;
	v->torn = torn;
	chunk_profiles_release(&profiles);
	buf_release(&id);
	buf_release(&name);
}

void time_series_leave_out(struct time_series *t, const struct piece *p,
			   const struct chunk_profiles *profiles)
{
	for (size_t i = 0; i < profiles->profile.n; i++)
		t->nother_type += piece_has(p, profiles->profile.v[i].time);
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

/* Are the series' labels sufficient, without those of samples? */
static bool series_is_enough(const struct time_series *t, struct piece *p)
{
	for (size_t i = 0; i < t->options.nby; i++)
		if (piece_has_label(p, t->options.by[i]))
			return false;
	return p->exact;
}

struct wanted_stacks {
	struct stack_selector *stacks;
	struct dictionary *dict;
};

static bool wants_stack(void *context, stack_id stack, label_set_id labels)
{
	const struct wanted_stacks *w = context;

	(void)labels;
	return stack_selector_wants(w->stacks, w->dict, stack);
}

/* Sum the wanted samples of each profile of the piece. */
static bool sum_wanted(struct time_series *t, struct piece *p, size_t col, int64_t *sums)
{
	struct wanted_stacks w = { &t->options.stacks, p->view->dict };

	return piece_sum_by_profile(p, col, wants_stack, &w, sums, &t->saturated);
}

static void add_piece(struct time_series *t, struct piece *p, struct chunk_profiles *profiles,
		      struct buf *group)
{
	bool all = stack_selector_is_empty(&t->options.stacks), ok = true;
	size_t col, n;
	uint32_t number;
	int64_t *sums, *total;

	if (!piece_profiles(p, profiles))
		return;
	n = profiles->profile.n;
	if (!time_series_type_of(
		    t, p->series,
		    n ? meta_default_type(profiles->meta.v[profiles->profile.v[0].meta]) : S(""),
		    &col)) {
		time_series_leave_out(t, p, profiles);
		return;
	}
	group_of_series(t, p->series, group);
	number = strings_intern(&t->groups, buf_str(group));
	total = profiles->total.v + col * n;
	sums = mem_zeroed(n, sizeof(*sums));
	if (!all)
		ok = sum_wanted(t, p, col, sums);
	for (size_t i = 0; i < n && ok; i++) {
		const struct stored *s = &profiles->profile.v[i];
		struct header h = { .time = s->time, .duration = s->duration, .end = s->end };

		if (!piece_has(p, s->time))
			continue;
		if (t->options.each)
			t->options.each(t->options.context,
					&(struct profile_value){ .series = p->series,
								 .head = &h,
								 .value = all ? total[i] : sums[i],
								 .total = total[i] });
		else
			add_profile_point(t, number, &h, s->nprofile, all ? total[i] : sums[i],
					  total[i]);
	}
	mem_free(sums, n * sizeof(*sums));
}

/* Read all rows, for a query by labels of samples. */
static void add_profiles(struct time_series *t, struct store_view *v)
{
	struct store_reader r;
	struct profile p;

	profile_init(&p, v->dict);
	store_reader_begin(&r, v, t->options.selector);
	while (store_next(&r, &p))
		time_series_add_profile(t, &p, series_labels(r.piece.series, v->dict));
	store_reader_end(&r);
	profile_release(&p);
}

bool time_series_is_enough(const struct time_series *t, struct store_view *v)
{
	uint64_t nerror = v->nerror;
	size_t errors = v->errors.n;
	bool is_enough = true;
	struct piece p;

	view_begin(v, t->options.selector);
	while (is_enough && view_next(v, &p))
		is_enough = series_is_enough(t, &p);
	v->errors.n = errors; /* the next pass reports these errors again */
	v->nerror = nerror;
	v->torn = 0;
	return is_enough;
}

void time_series_add_store(struct time_series *t, struct store_view *v)
{
	struct chunk_profiles profiles = { 0 };
	struct buf group = { 0 };
	struct piece p;

	time_series_choose_type(t, v);
	if (time_series_is_enough(t, v)) {
		view_begin(v, t->options.selector);
		while (view_next(v, &p))
			add_piece(t, &p, &profiles, &group);
	} else {
		add_profiles(t, v);
	}
	stack_selector_forget(&t->options.stacks);
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
