#include "cmd/query/series_print.h"

#include <math.h>
#include <stdlib.h>

#include "cmd/common.h"
#include "cmd/query/time_reports.h"
#include "cmd/query/time_table.h"
#include "cmd/terminal_size.h"
#include "profile/unit.h"
#include "query/openmetrics.h"
#include "view/chart.h"
#include "view/terminal.h"

struct str series_unit(const struct time_series *t, enum alert_measure measure)
{
	struct str unit = buf_str(&t->unit);

	if (measure == ALERT_SHARE)
		return S("%");
	return measure == ALERT_RATE && str_eq(unit, S("nanoseconds")) ? S("") : unit;
}

/* A point's value in that unit. */
static double point_value(const struct time_series *t, const struct time_point *p,
			  enum alert_measure measure)
{
	bool of_time = measure == ALERT_RATE && !series_unit(t, measure).n;

	return time_point_measure(p, measure, time_series_seconds(t, p) * (of_time ? 1e9 : 1));
}

/* The table */

static void put_point(struct time_table *table, const struct time_series *t,
		      const struct time_point *p, enum alert_measure show)
{
	struct str unit = series_unit(t, show);

	if (show == ALERT_VALUE || show == ALERT_MAX)
		put_value_cell(table, show == ALERT_MAX ? p->most : p->value, unit);
	else
		put_number_cell(table, point_value(t, p, show), unit);
}

static void put_rows(struct time_table *table, const struct time_series *t,
		     const struct time_point_named *point, size_t n, enum alert_measure show)
{
	for (size_t i = 0; i < n && !table->out.failed; i++) {
		struct str group = point[i].group;

		put_step_cell(table, point[i].point->time);
		for (size_t k = 0; k < t->options.nby; k++)
			put_text_cell(table, str_cut(&group, '\0'), 16);
		put_point(table, t, point[i].point, show);
		end_line(table);
	}
}

/* Lines: one for each set of labels */

struct lines VEC_OF(struct chart_line);

/* "region=eu, service_name=api", or nothing */
static struct str name_of_group(const struct time_series *t, struct str group, struct buf *room)
{
	size_t from = room->n;

	for (size_t i = 0; i < t->options.nby; i++) {
		struct str value = str_cut(&group, '\0');

		buf_printf(room, "%s%.*s=%.*s", i ? ", " : "", STR_ARG(t->options.by[i]),
			   STR_ARG(value));
	}
	return str(room->p + from, room->n - from);
}

static int by_group(const void *a, const void *b)
{
	const struct time_point_named *x = a, *y = b;
	int order = str_cmp(x->group, y->group);

	if (order)
		return order;
	return (x->point->time > y->point->time) - (x->point->time < y->point->time);
}

/* Make a line for each group, and sort the points by group. room: holds the names. */
static void make_lines(const struct time_series *t, enum alert_measure show,
		       struct time_point_named *point, size_t n, struct lines *lines,
		       struct buf *room)
{
	const struct str *group = NULL; /* of the last line */
	size_t names = 0;

	if (n)
		qsort(point, n, sizeof(*point), by_group);
	for (size_t i = 0; i < n; i++) {
		names += point[i].group.n + 2 * t->options.nby;
		for (size_t k = 0; k < t->options.nby; k++)
			names += t->options.by[k].n + 2;
	}
	buf_room(room, names); /* reserved: pointers into it must stay valid */
	for (size_t i = 0; i < n; i++) {
		double value = point_value(t, point[i].point, show);
		struct chart_line *last;

		if (!isfinite(value))
			continue;
		if (!group || !str_eq(point[i].group, *group))
			vec_push(lines, { .name = name_of_group(t, point[i].group, room) });
		group = &point[i].group;
		last = &vec_last(lines);
		last->v = mem_grow(last->v, &last->cap, last->n + 1, sizeof(*last->v));
		last->v[last->n++] = (struct chart_point){ point[i].point->time, value };
	}
}

static void release_lines(struct lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		mem_free(lines->v[i].v, lines->v[i].cap * sizeof(*lines->v[i].v));
	vec_release(lines);
}

/* Sparklines */

/* Set each column to the largest value in its time; NAN if there is none. */
static void fill_columns(double *column, size_t n, const struct chart_line *l, int64_t from,
			 int64_t until)
{
	for (size_t i = 0; i < n; i++)
		column[i] = NAN;
	for (size_t i = 0; i < l->n; i++) {
		double part = ((double)l->v[i].time - (double)from) /
			      ((double)until - (double)from);
		size_t at = min_size((size_t)(part * (double)n), n - 1);

		column[at] = isnan(column[at]) ? l->v[i].value : fmax(column[at], l->v[i].value);
	}
}

static void put_sparkline(struct buf *b, const double *column, size_t n, double most)
{
	static const char *const blocks[] = { "\u2581", "\u2582", "\u2583", "\u2584",
					      "\u2585", "\u2586", "\u2587", "\u2588" };
	static const char *const plain = "_.-=+*%#";
	const int levels = (int)LEN(blocks);
	bool ascii = terminal_is_ascii();

	for (size_t i = 0; i < n; i++) {
		double part = most > 0 ? fmax(0, column[i]) / most : 0;
		int level = isnan(column[i]) ? -1 : (int)fmin(levels - 1, part * levels);

		if (level < 0)
			buf_ch(b, ' ');
		else if (ascii)
			buf_ch(b, plain[level]);
		else
			buf_add(b, str_of(blocks[level]));
	}
}

/* A line for each group, all on the same scale: its largest value, its course, its name. */
static void put_sparklines(struct buf *b, const struct lines *lines, int64_t step, struct str unit)
{
	size_t columns = terminal_columns(), width, name = 0;
	int64_t from = INT64_MAX, until = INT64_MIN;
	double most = 0, *column;

	for (size_t i = 0; i < lines->n; i++) {
		const struct chart_line *l = &lines->v[i];

		for (size_t k = 0; k < l->n; k++)
			most = fmax(most, l->v[k].value);
		from = l->v[0].time < from ? l->v[0].time : from;
		until = l->v[l->n - 1].time + step > until ? l->v[l->n - 1].time + step : until;
		name = max_size(name, l->name.n);
	}
	if (!lines->n || until <= from)
		return;
	width = max_size(columns, 30) - 14 - min_size(name, columns / 3);
	width = min_size(width, (size_t)((until - from) / step));
	column = mem_zeroed(width, sizeof(*column));
	for (size_t i = 0; i < lines->n; i++) {
		const struct chart_line *l = &lines->v[i];
		struct buf text = { 0 };
		double own = 0;

		for (size_t k = 0; k < l->n; k++)
			own = fmax(own, l->v[k].value);
		number_print(&text, own, unit);
		buf_printf(b, "%10.*s  ", STR_ARG(buf_str(&text)));
		fill_columns(column, width, l, from, until);
		put_sparkline(b, column, width, most);
		buf_add(b, S("  "));
		terminal_text(b, l->name, columns / 3, terminal_is_ascii());
		buf_ch(b, '\n');
		buf_release(&text);
	}
	mem_free(column, width * sizeof(*column));
}

static bool print_table(const struct time_series *t, const struct series_shown *shown,
			struct time_point_named *point, size_t n)
{
	struct time_table table = { 0 };
	struct buf names = { 0 }, room = { 0 };
	size_t at[LEN(t->options.by)];
	struct lines lines = { 0 };
	bool ok;

	for (size_t i = 0; i < t->options.nby; i++) {
		at[i] = names.n;
		buf_add(&names, t->options.by[i]);
		buf_ch(&names, '\0');
	}
	vec_push(&table.names, "time");
	for (size_t i = 0; i < t->options.nby; i++)
		vec_push(&table.names, names.p + at[i]);
	vec_push(&table.names, alert_measure_name(shown->measure));
	time_table_begin(&table, (enum report_format)shown->to);
	put_rows(&table, t, point, n, shown->measure);
	if (table.format == REPORT_TEXT && to_terminal() && t->options.step) {
		make_lines(t, shown->measure, point, n, &lines, &room);
		put_sparklines(&table.out.bytes, &lines, t->options.step,
			       series_unit(t, shown->measure));
		release_lines(&lines);
	}
	ok = time_table_end(&table);
	buf_release(&names);
	buf_release(&room);
	return ok;
}

/* OpenMetrics with times, which "promtool tsdb create-blocks-from openmetrics" reads. */

static struct metric metric_of(const struct time_series *t, const struct series_shown *shown)
{
	static const char *const suffixes[NMEASURE] = {
		[ALERT_VALUE] = "",   [ALERT_SHARE] = "",   [ALERT_RATE] = "_per_second",
		[ALERT_AVG] = "_avg", [ALERT_MAX] = "_max",
	};
	struct str id = buf_str(&t->type_id);

	str_cut(&id, ':');
	return (struct metric){ .prefix = shown->function ? "prof_function_" : "prof_",
				.type = str_cut(&id, ':'),
				.unit = buf_str(&t->unit),
				.suffix = suffixes[shown->measure],
				.instead = shown->measure == ALERT_SHARE ? "ratio" : NULL,
				.selector = shown->selector };
}

static void put_metrics(struct buf *b, const struct time_series *t,
			const struct series_shown *shown, struct time_point_named *point, size_t n)
{
	struct metric m = metric_of(t, shown);
	double scale = shown->measure == ALERT_SHARE ? 1 : metric_scale(&m);

	if (n)
		metric_help(b, &m, "Values of profiles, for each step of time.");
	if (n)
		qsort(point, n, sizeof(*point), by_group);
	for (size_t i = 0; i < n; i++) {
		const struct time_point *p = point[i].point;
		struct str group = point[i].group;

		metric_begin(b, &m);
		for (size_t k = 0; k < t->options.nby; k++)
			metric_label(b, &m, t->options.by[k], str_cut(&group, '\0'));
		if (shown->function)
			metric_label(b, &m, S("function"), str_of(shown->function));
		metric_end(b,
			   scale * time_point_measure(p, shown->measure, time_series_seconds(t, p)),
			   &p->time);
	}
	metrics_end(b);
}

/* The picture */

struct value_unit {
	struct str unit;
};

static void put_unit_value(void *context, struct buf *b, double v)
{
	const struct value_unit *u = context;

	number_print(b, v, u->unit);
}

static void put_chart(struct buf *b, const struct time_series *t, const struct series_shown *shown,
		      struct time_point_named *point, size_t n)
{
	struct value_unit unit = { series_unit(t, shown->measure) };
	struct buf title = { 0 }, room = { 0 };
	struct lines lines = { 0 };
	struct str id = buf_str(&t->type_id);

	str_cut(&id, ':');
	buf_add(&title, str_cut(&id, ':'));
	buf_printf(&title, ", %s", alert_measure_name(shown->measure));
	if (shown->function)
		buf_printf(&title, " of %s", shown->function);
	if (shown->selector && (shown->selector->labels.n || shown->selector->types.n)) {
		buf_ch(&title, ' ');
		selector_print(shown->selector, &title);
	}
	make_lines(t, shown->measure, point, n, &lines, &room);
	chart_lines(b,
		    &(struct chart){ .title = buf_str(&title),
				     .step = t->options.step,
				     .scale = str_eq(unit.unit, S("%")) ? 0.01 : 1,
				     .put = put_unit_value,
				     .context = &unit,
				     .from_zero = true },
		    lines.v, lines.n);
	release_lines(&lines);
	buf_release(&title);
	buf_release(&room);
}

bool series_print(const struct time_series *t, const struct series_shown *shown)
{
	size_t n;
	struct time_point_named *point = time_series_sorted(t, &n);
	struct out out;
	bool ok;

	if (shown->to < REPORT_OPENMETRICS) {
		ok = print_table(t, shown, point, n);
	} else {
		if (out_open(&out, common.output, common.pack))
			(shown->to == TO_SVG ? put_chart : put_metrics)(&out.bytes, t, shown, point,
									n);
		ok = finish_output(&out);
	}
	mem_free(point, n * sizeof(*point));
	return ok;
}
