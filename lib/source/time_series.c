#include "source/time_series_parts.h"

#include <math.h>
#include <stdlib.h>

#include "profile/type.h"

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

void time_series_add_point(struct time_series *t, uint32_t group, const struct header *h,
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

bool time_series_is_type(struct time_series *t, struct str id, struct str unit)
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
	if (time_series_is_type(t, type_id, unit))
		time_series_add_point(t, strings_intern(&t->groups, group),
				      &(struct header){ .time = time }, 1, value, value);
	else
		t->nother_type++;
}

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
	ok = time_series_is_type(t, buf_str(&id), dict_text(p->dict, p->col[*col].unit));
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

			time_series_add_point(t, now->group, &p->head, p->nprofile, now->value,
					      now->total);
		}
	}
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
