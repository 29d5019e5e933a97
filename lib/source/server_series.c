/*
 * Values over time from a server. A server's points are at start + k * step; each covers the ms
 * after the point before, up to and including its own. The first covers time before the range,
 * and a partial step at the end has no point. So a query for [from, to) asks for from - 1 to
 * to - 1, and drops the first point.
 */
#include <math.h>
#include <stdlib.h>

#include "source/server_parts.h"

static const double exact_most = 9007199254740992.0; /* 2^53 */

struct str server_point_label(const struct server_point *p, struct str name)
{
	for (size_t i = 0; i < p->series->n_labels; i++)
		if (str_eq(str_of(p->series->labels[i]->name), name))
			return str_of(p->series->labels[i]->value);
	return S("");
}

static int64_t to_integer(struct server *s, double v, bool *noted)
{
	if (fabs(v) >= exact_most && !*noted) {
		buf_printf(&s->notes, "%s: values of 2^53 and more are rounded by the server\n",
			   s->url);
		*noted = true;
	}
	if (!(fabs(v) < 9.2e18)) /* or NaN */
		return v > 0 ? INT64_MAX : v < 0 ? INT64_MIN : 0;
	return (int64_t)llround(v);
}

/*
 * Pass on the points of one answer. False if the server has moved the range, which changes its
 * points.
 */
static bool take_points(struct server *s, const struct server_type *t,
			const Querier__SelectSeriesResponse *answer, int64_t from, int64_t step_ms,
			void (*point)(void *context, const struct server_point *point),
			void *context)
{
	bool noted = false;

	for (size_t i = 0; i < answer->n_series; i++)
		for (size_t k = 0; k < answer->series[i]->n_points; k++) {
			const Querier__Point *at = answer->series[i]->points[k];
			int64_t begin = at->time - step_ms + 1;

			if ((begin - from) % step_ms)
				return server_fail(s, "the server does not answer for all of "
						      "the range, which is too old for it");
			if (begin >= from)
				point(context,
				      &(struct server_point){ t, answer->series[i], begin,
							      to_integer(s, at->value, &noted) });
		}
	return true;
}

static bool ask_points(struct server *s, const struct server_type *t, int64_t from, int64_t to,
		       int64_t step_ms, const char *const *by, size_t n,
		       void (*point)(void *context, const struct server_point *point),
		       void *context)
{
	Querier__SelectSeriesResponse *answer =
		querier_select_series(&s->querier, t->is.id.p, s->selector.p,
				      (struct ms_range){ from - 1, to - 1 }, step_ms, by, n);
	bool ok;

	if (!answer) {
		s->failed = true;
		return false;
	}
	ok = take_points(s, t, answer, from, step_ms, point, context);
	querier__select_series_response__free_unpacked(answer, NULL);
	return ok;
}

/* The longest range of one query. */
static int64_t longest_of(const struct server *s)
{
	return s->querier.longest > 0 ? s->querier.longest : INT64_MAX;
}

/* Query one step that is longer than the server allows, in parts that add up. */
static bool ask_step(struct server *s, const struct server_type *t, int64_t from, int64_t to,
		     const char *const *by, size_t n,
		     void (*point)(void *context, const struct server_point *point), void *context)
{
	int64_t most = longest_of(s);

	for (int64_t next; from < to && !s->failed; from = next) {
		next = to - from > most ? from + most : to;
		ask_points(s, t, from, next, next - from, by, n, point, context);
	}
	return !s->failed;
}

static bool ask_range(struct server *s, const struct server_type *t, int64_t from, int64_t to,
		      int64_t step_ms, const char *const *by, size_t n,
		      void (*point)(void *context, const struct server_point *point), void *context)
{
	int64_t most = longest_of(s);
	int64_t part = step_ms > most ? step_ms : most - most % step_ms;

	for (int64_t next; from < to && !s->failed; from = next) {
		next = to - from > part ? from + part : to;
		if (step_ms > most)
			ask_step(s, t, from, next, by, n, point, context);
		else
			ask_points(s, t, from, next, step_ms, by, n, point, context);
	}
	return !s->failed;
}

/* Steps of 1 ms */

/*
 * A server walks over all steps of a query for each of its series, empty or not: the steps of a
 * day are 86 million. So coarse steps are asked first, and then only the times that have data, in
 * queries of about the same work.
 */
enum {
	DIRECT = 60000,      /* ms that are asked at once, */
	COARSE = 1000,       /* ms of a coarse step, at least, */
	MOST_COARSE = 10000, /* the number of them, about, */
	FAR = 60000,         /* ms without data that end a query, */
	WORK = 5000000,      /* and its ms, times its series */
};

struct cell {
	int64_t begin;
	size_t series;
};

struct cells {
	VEC(struct cell) cell;
	const Querier__TimeSeries *last;
	size_t nseries;
};

static void keep_cell(void *context, const struct server_point *point)
{
	struct cells *c = context;

	c->nseries += point->series != c->last;
	c->last = point->series;
	vec_push(&c->cell, { point->time, c->nseries - 1 });
}

static int by_begin(const void *a, const void *b)
{
	const struct cell *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

/* The first cell after those that one query asks for. seen: the last query of each series. */
static size_t query_end(const struct cells *c, size_t first, int64_t step, size_t *seen)
{
	const struct cell *cell = c->cell.v;
	size_t nseries = 0, next = first;

	for (size_t at = first; at < c->cell.n; at = next) {
		for (; next < c->cell.n && cell[next].begin == cell[at].begin; next++) {
			nseries += seen[cell[next].series] != first + 1;
			seen[cell[next].series] = first + 1;
		}
		if (at > first &&
		    (cell[at].begin - cell[at - 1].begin > step + FAR ||
		     (cell[at].begin + step - cell[first].begin) * (int64_t)nseries > WORK))
			return at;
	}
	return c->cell.n;
}

static bool ask_each_ms(struct server *s, const struct server_type *t, int64_t from, int64_t to,
			const char *const *by, size_t n,
			void (*point)(void *context, const struct server_point *point),
			void *context)
{
	int64_t step = (to - from) / MOST_COARSE > COARSE ? (to - from) / MOST_COARSE : COARSE;
	struct cells c = { 0 };
	size_t *seen;

	/* The last step is a whole one, because a server leaves out others. */
	ask_range(s, t, from, from + (to - from + step - 1) / step * step, step, by, n, keep_cell,
		  &c);
	if (c.cell.n)
		qsort(c.cell.v, c.cell.n, sizeof(*c.cell.v), by_begin);
	seen = mem_zeroed(c.nseries, sizeof(*seen));
	for (size_t at = 0, next; at < c.cell.n && !s->failed; at = next) {
		int64_t begin = c.cell.v[at].begin, end;

		next = query_end(&c, at, step, seen);
		end = c.cell.v[next - 1].begin + step;
		ask_range(s, t, begin, end < to ? end : to, 1, by, n, point, context);
	}
	mem_free(seen, c.nseries * sizeof(*seen));
	vec_release(&c.cell);
	return !s->failed;
}

bool server_points(struct server *s, const struct server_type *t, int64_t from, int64_t to,
		   int64_t step_ms, const char *const *by, size_t n,
		   void (*point)(void *context, const struct server_point *point), void *context)
{
	if (server_is_by_id(s))
		return server_fail(s, "a server sums the samples of a span or trace, and does not "
				      "say in what series or profiles they are");
	if (step_ms == 1 && to - from > DIRECT)
		return ask_each_ms(s, t, from, to, by, n, point, context);
	return ask_range(s, t, from, to, step_ms, by, n, point, context);
}

bool server_totals(struct server *s, const struct server_type *t, const char *const *by, size_t n,
		   void (*point)(void *context, const struct server_point *point), void *context)
{
	int64_t from = s->range.start, to = s->range.end + 1;

	return server_points(s, t, from, to, to - from, by, n, point, context);
}

bool server_profiles(struct server *s, const struct server_type *t, const char *const *by, size_t n,
		     void (*point)(void *context, const struct server_point *point), void *context)
{
	return server_points(s, t, s->range.start, s->range.end + 1, 1, by, n, point, context);
}

/* Labels and totals */

static void add_total(void *context, const struct server_point *point)
{
	struct profile *p = context;
	label_set_id labels = { 0 };

	for (size_t i = 0; i < point->series->n_labels; i++)
		if (*point->series->labels[i]->value)
			labels = dict_add_text_label(p->dict, labels,
						     str_of(point->series->labels[i]->name),
						     str_of(point->series->labels[i]->value));
	profile_add_value(p, point->type->col, profile_add_sample(p, (stack_id){ 0 }, labels),
			  sat_mul(p, point->value, point->type->scale));
}

bool server_index(struct server *s, struct profile *p, uint32_t group)
{
	struct label_names names = { 0 };

	for (size_t i = 0; i < s->type.n && !s->failed; i++) {
		const struct server_type *t = &s->type.v[i];

		if (t->group != group)
			continue;
		server_label_names(s, t, &names);
		server_totals(s, t, names.v, names.n, add_total, p);
	}
	vec_release(&names);
	return !s->failed;
}

/* Series */

struct adding {
	struct time_series *t;
	struct buf group;
};

static void add_to_series(void *context, const struct server_point *point)
{
	struct adding *a = context;
	const struct time_series_options *o = &a->t->options;

	a->group.n = 0;
	for (size_t i = 0; i < o->nby; i++) {
		buf_add(&a->group, server_point_label(point, o->by[i]));
		buf_ch(&a->group, '\0');
	}
	time_series_add_total(a->t, point->type->is.id, point->type->is.part[2], buf_str(&a->group),
			      point->time * 1000000, point->value);
}

static int64_t step_floor(int64_t ms, int64_t step)
{
	int64_t rest = ms % step;

	return ms - rest - (rest < 0 ? step : 0);
}

/* A step that the range cuts needs a query of its own. */
static bool add_totals(struct server *s, const struct server_type *t, struct time_series *to,
		       int64_t step, const char *const *by)
{
	struct adding a = { .t = to };
	int64_t from = s->range.start, end = s->range.end + 1;
	int64_t first = step_floor(from + step - 1, step), last = step_floor(end, step);
	size_t n = to->options.nby;
	bool ok = true;

	if (first > last) {
		ok = server_points(s, t, from, end, end - from, by, n, add_to_series, &a);
	} else {
		ok = (first == from ||
		      server_points(s, t, from, first, first - from, by, n, add_to_series, &a)) &&
		     server_points(s, t, first, last, step, by, n, add_to_series, &a) &&
		     (last == end ||
		      server_points(s, t, last, end, end - last, by, n, add_to_series, &a));
	}
	buf_release(&a.group);
	return ok;
}

/* Functions: the profiles of each step. */

static void set_labels(struct profile *p, label_set_id labels)
{
	struct sample *to = mem_zeroed(p->sample.n, sizeof(*to));

	for (uint32_t i = 1; i < p->sample.n; i++)
		to[i] = (struct sample){ profile_sample(p, (sample_id){ i })->stack, labels };
	profile_remap(p, to, NULL);
	mem_free(to, p->sample.n * sizeof(*to));
}

void server_add_merge(void *series, const struct merge *merge, struct profile *answer)
{
	struct time_series *t = series;
	struct selector *selector = t->options.selector;
	struct str type = t->options.type;

	set_labels(answer, merge->labels);
	answer->head.time = merge->question.range.start * 1000000;
	t->options.selector = NULL; /* the server has applied it */
	t->options.type = S("");
	if (answer->sample.n > 1)
		time_series_add_profile(t, answer, merge->labels);
	t->options.selector = selector;
	t->options.type = type;
}

static bool add_merges(struct server *s, const struct server_type *t, struct time_series *to,
		       int64_t step)
{
	struct dictionary d;
	struct series_groups groups = { 0 };
	struct merges merges = { 0 };
	int64_t end = s->range.end + 1, next;
	bool ok;

	dict_init(&d);
	server_divide(s, t, to->options.by, to->options.nby, &d, &groups);
	for (int64_t at = s->range.start; at < end; at = next) {
		next = step_floor(at, step) + step;
		if (next > end)
			next = end;
		for (size_t i = 0; i < groups.n; i++)
			merges_add(s, &merges, t, &groups.v[i], (struct ms_range){ at, next - 1 });
	}
	ok = server_merge(s, &merges, &d, server_add_merge, to);
	merges_release(&merges);
	series_groups_release(&groups);
	dict_release(&d);
	return ok;
}

bool server_add_series(struct server *s, struct time_series *to, bool each_profile)
{
	const struct server_type *t = server_default_type(s);
	int64_t step = to->options.step / 1000000;
	struct buf names = { 0 };
	VEC(const char *) by = { 0 };
	bool ok;

	if (!t)
		return !s->failed;
	if (to->options.step % 1000000 || !step)
		return server_fail(s, "the steps of a server are whole milliseconds");
	if (each_profile)
		return server_add_values(s, t, to);
	if (to->options.stacks.function || server_is_by_id(s))
		return add_merges(s, t, to, step);
	for (size_t i = 0; i < to->options.nby; i++) {
		buf_add(&names, to->options.by[i]);
		buf_ch(&names, '\0');
	}
	for (size_t i = 0, at = 0; i < to->options.nby; at += to->options.by[i++].n + 1)
		vec_push(&by, names.p + at);
	ok = add_totals(s, t, to, step, by.v);
	vec_release(&by);
	buf_release(&names);
	return ok;
}
