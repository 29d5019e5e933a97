/*
 * Series of stores: from the totals of profiles, where the labels of series are enough; else from
 * all rows.
 */
#include "profile/type.h"
#include "profile/type_order.h"
#include "source/time_series_parts.h"

/* The type */

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
		  time_series_is_type(t, buf_str(&id), s->type.v[*col].unit);

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

/* Points */

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
			time_series_add_point(t, number, &h, s->nprofile, all ? total[i] : sums[i],
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
