#include "source/alert.h"

#include <math.h>
#include <stdlib.h>

#include "profile/type.h"
#include "profile/unit.h"

struct culprit_row {
	uint32_t group, path; /* strings of alert.text; path is 1 more: never 0 */
	uint64_t is_before;
	int64_t time; /* of the step */
	/* Payload */
	int64_t value;
};

_Static_assert(sizeof(struct culprit_row) == 32, "no padding");

void alert_begin(struct alert *a, const struct alert_options *o)
{
	struct time_series_options series = o->series;

	a->options = *o;
	series.stacks = (struct stack_selector){ .frames = &a->rule.frames };
	a->stacks = series.stacks;
	time_series_begin(&a->now, &series);
	series.shift = (int64_t)a->rule.offset;
	time_series_begin(&a->before, &series);
	strings_init(&a->text);
	table_init(&a->culprits, sizeof(struct culprit_row), offsetof(struct culprit_row, value));
}

void alert_release(struct alert *a)
{
	time_series_release(&a->now);
	time_series_release(&a->before);
	stack_selector_release(&a->stacks);
	strings_release(&a->text);
	table_release(&a->culprits);
	vec_release(&a->episode);
	buf_release(&a->group);
	buf_release(&a->path);
	alert_rule_release(&a->rule);
}

static int64_t earlier(int64_t time, uint64_t by)
{
	if (time == INT64_MIN || time == INT64_MAX)
		return time;
	return time < INT64_MIN + (int64_t)by ? INT64_MIN : time - (int64_t)by;
}

bool alert_time_before(const struct alert *a, int64_t *since, int64_t *until)
{
	*since = earlier(a->options.since, a->rule.offset);
	*until = earlier(a->options.until, a->rule.offset);
	return a->rule.offset != 0;
}

/* Adding */

/* The earlier range has the type of the range, or the other way round. */
static void share_type(struct time_series *to, const struct time_series *from)
{
	if (to->type_id.n || !from->type_id.n)
		return;
	buf_add(&to->type_id, buf_str(&from->type_id));
	buf_add(&to->unit, buf_str(&from->unit));
}

static void share_types(struct alert *a)
{
	share_type(&a->now, &a->before);
	share_type(&a->before, &a->now);
}

void alert_add_store(struct alert *a, struct store_view *v, bool is_before)
{
	share_types(a);
	time_series_add_store(is_before ? &a->before : &a->now, v);
}

/* Add the values of the profile's paths to the culprits of its step. */
static void remember_paths(struct alert *a, struct profile *p, bool is_before)
{
	const struct time_series *t = is_before ? &a->before : &a->now;
	struct culprit_row key = { .is_before = is_before,
				   .time = time_series_step_of(t, p->head.time) };
	const struct time_series_options by = t->options;
	uint32_t col;

	if (!time_series_has_type(t, p, &col))
		return;
	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct sample *s = profile_sample(p, (sample_id){ i });
		struct culprit_row *row;

		if (!stack_selector_wants(&a->stacks, p->dict, s->stack))
			continue;
		time_series_group(&by, p->dict, s->labels, &a->group);
		a->path.n = 0;
		stack_path(p->dict, s->stack, &a->path);
		key.group = strings_intern(&a->text, buf_str(&a->group));
		key.path = 1 + strings_intern(&a->text, buf_str(&a->path));
		row = table_row(&a->culprits, table_intern(&a->culprits, &key));
		row->value = sat_add(p, row->value, p->col[col].v[i]);
	}
}

void alert_add_profile(struct alert *a, struct profile *p)
{
	int64_t since, until, time = p->head.time;
	bool has_before = alert_time_before(a, &since, &until), is_idle = p->sample.n == 1;
	const label_set_id none = { 0 };

	share_types(a);
	if (time >= a->options.since && time < a->options.until) {
		time_series_add_profile(&a->now, p, none);
		share_types(a);
		remember_paths(a, p, false);
	}
	if (has_before && time >= since && time < until && (is_idle || p->sample.n > 1)) {
		time_series_add_profile(&a->before, p, none);
		remember_paths(a, p, true);
	}
}

void alert_explain(struct alert *a, struct store_view *v, bool is_before)
{
	struct selector *selector = a->options.series.selector;
	struct store_reader r;
	struct buf why = { 0 };
	struct profile p;

	profile_init(&p, v->dict);
	store_reader_begin(&r, v, selector);
	while (store_next(&r, &p))
		if (!selector || selector_apply(selector, &p, &why))
			remember_paths(a, &p, is_before);
	store_reader_end(&r);
	profile_release(&p);
	stack_selector_forget(&a->stacks);
	buf_release(&why);
}

/* Judging */

/* A rate is per second; a rate of nanoseconds has no unit. */
static double scale_of_rate(const struct alert *a)
{
	double of_second = 1;

	return a->rule.measure == ALERT_RATE &&
			       unit_convert(&of_second, buf_str(&a->now.unit), S("seconds")) ?
		       of_second :
		       1;
}

static bool set_unit(struct alert *a, double *number, struct buf *error)
{
	struct str unit = buf_str(&a->now.unit), asked = a->rule.unit;

	a->unit = a->rule.measure == ALERT_SHARE ? S("%") : scale_of_rate(a) != 1 ? S("") : unit;
	if (!asked.n || a->rule.offset || str_eq(asked, a->unit) ||
	    unit_convert(number, asked, a->unit))
		return true;
	buf_printf(error, "'%.*s' is not a unit of these values%s%.*s", STR_ARG(asked),
		   a->unit.n ? ", which are in " : ", which have none", STR_ARG(a->unit));
	return false;
}

static double measure(const struct alert *a, const struct time_point *p)
{
	return time_point_measure(p, a->rule.measure, time_series_seconds(&a->now, p)) *
	       scale_of_rate(a);
}

/* The step of the same group in the earlier range, or NULL. */
static const struct time_point *point_before(const struct alert *a,
					     const struct time_point_named *p)
{
	struct time_point key = { .zero = 1, .time = p->point->time };
	uint32_t row;

	key.group = strings_find(&a->before.groups, p->group);
	row = table_find(&a->before.points, &key);
	return row ? table_row(&a->before.points, row) : NULL;
}

/* How far is the value beyond the threshold? */
static double excess(const struct alert *a, double value, double threshold)
{
	return a->rule.below ? threshold - value : value - threshold;
}

static void add_step(struct alert *a, const struct time_point_named *p, double value,
		     double threshold)
{
	bool is_known = isfinite(value) && isfinite(threshold);
	bool firing = is_known && alert_rule_holds(&a->rule, value, threshold);
	int64_t step = a->options.series.step, time = p->point->time;
	struct alert_episode *last = a->episode.n ? &vec_last(&a->episode) : NULL;

	a->nstep++;
	a->nfiring += firing;
	a->firing_ns += firing ? step : 0;
	if (!firing && a->options.is_backtest)
		return;
	if (firing && last && last->firing && step && last->until == time &&
	    str_eq(last->group, p->group)) {
		last->until = time + step;
		last->nstep++;
		if (excess(a, value, threshold) <= excess(a, last->value, last->threshold))
			return;
		last->peak = time;
		last->value = value;
		last->threshold = threshold;
		return;
	}
	vec_push(&a->episode, { .group = p->group,
				.firing = firing,
				.is_known = is_known,
				.since = step ? time : p->point->first,
				.until = step ? time + step : p->point->end,
				.nstep = 1,
				.peak = time,
				.value = value,
				.threshold = threshold });
}

static int by_group_and_time(const void *a, const void *b)
{
	const struct time_point_named *x = a, *y = b;
	int order = str_cmp(x->group, y->group);

	return order ? order :
		       (x->point->time > y->point->time) - (x->point->time < y->point->time);
}

/* Sets of labels with an earlier value and none now: there is nothing to compare. */
static void add_vanished(struct alert *a)
{
	size_t n;
	struct time_point_named *point = time_series_sorted(&a->before, &n);

	for (size_t i = 0; i < n; i++) {
		const struct time_point *p = point[i].point;
		struct time_point now = { .zero = 1, .time = p->time };

		now.group = strings_find(&a->now.groups, point[i].group);
		if (table_find(&a->now.points, &now))
			continue;
		a->nvanished++;
		vec_push(&a->episode, { .group = point[i].group,
					.since = p->time,
					.until = p->time + a->options.series.step,
					.nstep = 1,
					.peak = p->time,
					.value = NAN,
					.threshold = a->rule.number * measure(a, p) });
	}
	mem_free(point, n * sizeof(*point));
}

/* Count the steps of the range that have no profile; `point` is in order of time. */
static void count_empty(struct alert *a, const struct time_point_named *point, size_t n)
{
	const struct time_series_options *o = &a->options.series;
	__int128 before = 0, after = 0, between;
	uint64_t full = 1;

	if (!n)
		return;
	for (size_t i = 1; i < n; i++)
		full += point[i].point->time != point[i - 1].point->time;
	between = (__int128)point[n - 1].point->time - point[0].point->time;
	if (o->since < o->until && o->since > INT64_MIN && o->since < point[0].point->time)
		before = (__int128)point[0].point->time - o->since + o->step - 1;
	if (o->since < o->until && o->until < INT64_MAX && o->until > point[n - 1].point->time)
		after = (__int128)o->until - point[n - 1].point->time - 1;
	a->nempty = (uint64_t)((before / o->step) + (between / o->step) + (after / o->step)) + 1 -
		    full;
}

bool alert_judge(struct alert *a, struct buf *error)
{
	double number = a->rule.number;
	size_t n;
	struct time_point_named *point = time_series_sorted(&a->now, &n);
	bool ok = set_unit(a, &number, error);

	if (a->options.is_backtest)
		count_empty(a, point, n);
	if (ok && n)
		qsort(point, n, sizeof(*point), by_group_and_time);
	for (size_t i = 0; ok && i < n; i++) {
		const struct time_point *before = a->rule.offset ? point_before(a, &point[i]) :
								   NULL;
		double value = measure(a, point[i].point);
		double threshold = !a->rule.offset ? number :
				   before          ? number * measure(a, before) :
						     NAN;

		if (a->rule.offset && !before)
			a->nunknown++;
		else
			a->nvoid += !isfinite(value) || !isfinite(threshold);
		add_step(a, &point[i], value, threshold);
	}
	if (ok && !a->options.is_backtest)
		add_vanished(a);
	mem_free(point, n * sizeof(*point));
	return ok;
}

void alert_peak_time(const struct alert *a, const struct alert_episode *e, int64_t *since,
		     int64_t *until)
{
	*since = a->options.since;
	*until = a->options.until;
	if (!a->options.series.step)
		return;
	if (e->peak > *since)
		*since = e->peak;
	if (e->peak + a->options.series.step < *until)
		*until = e->peak + a->options.series.step;
}

/* Culprits */

static int by_growth(const void *a, const void *b)
{
	const struct culprit *x = a, *y = b;
	double dx = fabs(x->value - x->before), dy = fabs(y->value - y->before);

	if (dx != dy)
		return dx > dy ? -1 : 1;
	return str_cmp(x->path, y->path);
}

static double value_before(const struct alert *a, struct culprit_row key)
{
	uint32_t row;

	key.is_before = 1;
	row = table_find(&a->culprits, &key);
	return row ? (double)((struct culprit_row *)table_row(&a->culprits, row))->value : 0;
}

size_t alert_culprits(const struct alert *a, const struct alert_episode *e, struct culprit *c,
		      size_t n)
{
	uint32_t group = strings_find(&a->text, e->group);
	VEC(struct culprit) all = { 0 };

	for (uint32_t i = 1; i < a->culprits.n; i++) {
		const struct culprit_row *row = table_row(&a->culprits, i);

		if (row->group == group && row->time == e->peak && !row->is_before)
			vec_push(&all, { strings_get(&a->text, row->path - 1), (double)row->value,
					 value_before(a, *row) });
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_growth);
	n = min_size(n, all.n);
	if (n)
		memcpy(c, all.v, n * sizeof(*c));
	vec_release(&all);
	return n;
}
