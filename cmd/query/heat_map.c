#include "cmd/query/heat_map.h"

#include <math.h>
#include <stdlib.h>

#include "base/when.h"
#include "cmd/common.h"
#include "cmd/query/series_print.h"
#include "cmd/query/time_reports.h"
#include "cmd/query/time_table.h"
#include "cmd/terminal_size.h"
#include "profile/unit.h"
#include "view/chart.h"

enum { ROWS = 20, SUBSECOND_ROWS = 25, USUAL_COLUMNS = 60, MOST_CELLS = 4 << 20 };
#define SECOND    INT64_C(1000000000)
#define YEAR_2000 (INT64_C(946684800) * SECOND)

struct heat_point {
	int64_t time;
	double value; /* the profile's value; or ns since the second began */
	double count;
};

/* Cells by column (time) and row (value). */
struct heat_map {
	int64_t from, step;
	bool is_offset; /* times are of a clock that began with the recording or the machine */
	double least, height; /* height: of a row, in units of values */
	size_t columns, rows;
	double *cell;
	double fullest;
	struct str unit;
};

static void add_value(void *context, const struct profile_value *v)
{
	struct profile_values *values = context;
	double value = profile_measure(values, v->value, v->total, v->head->duration);

	values->n++;
	if (isfinite(value))
		vec_push(&values->point, { v->head->time, value, 1 });
	else
		values->nvoid++;
}

/* Formats with an order of samples but without times have times of 0. */
static bool has_times(const struct profile *p)
{
	for (size_t i = 0; i < p->nobservation; i++)
		if (p->observation[i].time)
			return true;
	return false;
}

static void add_times(void *context, const struct profile_value *v)
{
	struct profile_values *values = context;
	struct profile *p = v->profile;
	uint32_t col;

	values->n++;
	if (!p || !has_times(p)) {
		values->ntimeless++;
		return;
	}
	if (!time_series_column(&values->series->options, p, &col))
		return;
	for (size_t i = 0; i < p->nobservation; i++) {
		const struct observation *o = &p->observation[i];
		const struct sample *s = profile_sample(p, o->sample);

		if (o->col == col &&
		    stack_selector_wants(&values->series->options.stacks, p->dict, s->stack))
			vec_push(&values->point,
				 { (int64_t)o->time, (double)(o->time % (uint64_t)SECOND),
				   (double)o->value });
	}
}

void heat_map_begin(struct profile_values *values, const char *argument)
{
	values->is_subsecond = strcmp(argument, "subsecond") == 0;
	if (*argument && !values->is_subsecond && strcmp(argument, "value") != 0)
		usage("--heatmap=%s: value or subsecond", argument);
	if (values->is_subsecond && (values->step || values->measure != ALERT_VALUE))
		usage("--heatmap=subsecond has a column for each second: no --step, no --measure");
	values->keep_times = values->is_subsecond;
	values->add = values->is_subsecond ? add_times : add_value;
}

/* A round step that divides ns into at most that many columns. */
static int64_t step_for(int64_t ns, int64_t columns)
{
	static const int64_t seconds[] = { 1,   2,   5,    10,   15,   30,    60,    120,  300,
					   600, 900, 1800, 3600, 7200, 21600, 43200, 86400 };

	for (size_t i = 0; i < LEN(seconds); i++)
		if (seconds[i] * SECOND * columns >= ns)
			return seconds[i] * SECOND;
	return (ns / columns / 86400 / SECOND + 1) * 86400 * SECOND;
}

static int64_t floor_to(int64_t time, int64_t step)
{
	return time - time % step - (time % step < 0 ? step : 0);
}

/* False if the map is too large to read. */
static bool size_map(struct heat_map *m, const struct profile_values *values)
{
	int64_t from = INT64_MAX, until = INT64_MIN;
	double least = INFINITY, most = -INFINITY;

	for (size_t i = 0; i < values->point.n; i++) {
		const struct heat_point *p = &values->point.v[i];

		from = p->time < from ? p->time : from;
		until = p->time > until ? p->time : until;
		least = fmin(least, p->value);
		most = fmax(most, p->value);
	}
	if (!values->point.n)
		return true;
	m->step = values->is_subsecond ?
			  SECOND :
		  values->step ?
			  values->step :
			  step_for(until - from, (int64_t)min_size(USUAL_COLUMNS, values->point.n));
	m->from = floor_to(from, m->step);
	m->is_offset = values->is_subsecond && until < YEAR_2000;
	m->columns = (size_t)((until - m->from) / m->step) + 1;
	m->rows = values->is_subsecond ? SUBSECOND_ROWS : most > least ? ROWS : 1;
	m->least = values->is_subsecond ? 0 : least;
	m->height = values->is_subsecond ? (double)SECOND / SUBSECOND_ROWS : (most - least) / ROWS;
	if (!(m->height > 0))
		m->height = 1;
	return m->columns <= MOST_CELLS / m->rows;
}

static void fill_map(struct heat_map *m, const struct profile_values *values)
{
	m->cell = mem_zeroed(m->columns * m->rows, sizeof(*m->cell));
	for (size_t i = 0; i < values->point.n; i++) {
		const struct heat_point *p = &values->point.v[i];
		size_t column = (size_t)((p->time - m->from) / m->step);
		double row = floor((p->value - m->least) / m->height);
		double *cell = &m->cell[column * m->rows +
					(size_t)fmin(fmax(row, 0), (double)m->rows - 1)];

		*cell += p->count;
		m->fullest = fmax(m->fullest, *cell);
	}
}

static double row_value(const struct heat_map *m, size_t row)
{
	return m->least + (double)row * m->height;
}

/* The time of a column: the seconds since the first one, if the times have no date. */
static void put_column_time(struct buf *b, const struct heat_map *m, size_t column,
			    void (*print)(struct buf *b, int64_t ns))
{
	int64_t since = (int64_t)column * m->step;

	if (m->is_offset)
		buf_printf(b, "+%llds", (long long)(since / SECOND));
	else
		print(b, m->from + since);
}

/* Text: the largest values are at the top */

static void put_shade(struct buf *b, double share)
{
	static const char *const blocks[] = { " ", "\u2591", "\u2592", "\u2593", "\u2588" };
	int shade = share > 0 ? 1 + (int)fmin(3, share * 4) : 0;

	if (terminal_is_ascii())
		buf_ch(b, " .+*#"[shade]);
	else
		buf_add(b, str_of(blocks[shade]));
}

static void put_panel(struct buf *b, const struct heat_map *m, size_t from, size_t to)
{
	for (size_t row = m->rows; row--;) {
		struct buf text = { 0 };

		number_print(&text, row_value(m, row), m->unit);
		buf_printf(b, "%10.*s |", STR_ARG(buf_str(&text)));
		for (size_t c = from; c < to; c++)
			put_shade(b, m->cell[c * m->rows + row] / m->fullest);
		buf_add(b, S("|\n"));
		buf_release(&text);
	}
	buf_printf(b, "%11s ", "");
	put_column_time(b, m, from, when_print_local);
	buf_add(b, S(", a column is "));
	unit_print(b, (double)m->step, S("nanoseconds"));
	buf_ch(b, '\n');
}

static void put_text_map(struct buf *b, const struct heat_map *m)
{
	size_t width = to_terminal() ? max_size(terminal_columns() - 14, 10) : m->columns;

	for (size_t c = 0; c < m->columns; c += width)
		put_panel(b, m, c, min_size(c + width, m->columns));
}

static void put_value_of_unit(void *context, struct buf *b, double v)
{
	const struct heat_map *m = context;

	number_print(b, v, m->unit);
}

static void put_picture(struct buf *b, struct heat_map *m, const struct profile_values *values)
{
	VEC(struct chart_cell) cell = { 0 };

	for (size_t c = 0; c < m->columns; c++)
		for (size_t row = 0; row < m->rows; row++) {
			double count = m->cell[c * m->rows + row];

			if (count > 0)
				vec_push(&cell,
					 { (m->is_offset ? 0 : m->from) + (int64_t)c * m->step,
					   row_value(m, row), row_value(m, row + 1),
					   count / m->fullest, count });
		}
	chart_cells(b,
		    &(struct chart){ .title = values->is_subsecond ?
						      S("When in each second samples were taken") :
						      S("Profiles by their values"),
				     .step = m->step,
				     .is_offset = m->is_offset,
				     .scale = str_eq(m->unit, S("%")) ? 0.01 : 1,
				     .put = put_value_of_unit,
				     .context = m },
		    cell.v, cell.n);
	vec_release(&cell);
}

static void print_cell(struct time_table *t, const struct heat_map *m, size_t column, size_t row)
{
	struct buf time = { 0 };

	put_column_time(&time, m, column, when_print_exact);
	put_text_cell(t, buf_str(&time), 0);
	put_number_cell(t, row_value(m, row), m->unit);
	put_number_cell(t, row_value(m, row + 1), m->unit);
	put_number_cell(t, m->cell[column * m->rows + row], m->unit);
	end_line(t);
	buf_release(&time);
}

static bool print_cells(const struct heat_map *m, enum report_format format)
{
	struct time_table t = { 0 };

	vec_push(&t.names, "time");
	vec_push(&t.names, "low");
	vec_push(&t.names, "high");
	vec_push(&t.names, "count");
	if (time_table_begin(&t, format))
		for (size_t c = 0; c < m->columns; c++)
			for (size_t row = 0; row < m->rows; row++)
				if (m->cell[c * m->rows + row] > 0)
					print_cell(&t, m, c, row);
	return time_table_end(&t);
}

bool heat_map_print(struct profile_values *values)
{
	struct heat_map m = { .unit = values->is_subsecond ?
					      S("nanoseconds") :
					      series_unit(values->series, values->measure) };
	struct out out;
	bool ok = true;

	if (values->is_subsecond && values->n && !values->point.n)
		note("the profiles have no times of samples: a store keeps none, and few formats do");
	else if (values->ntimeless)
		note("%zu of %zu profiles have no times of samples and are left out",
		     values->ntimeless, values->n);
	if (!size_map(&m, values) && values->is_subsecond)
		usage("--heatmap=subsecond: the times of samples are %zu s apart: give recordings of "
		      "different clocks or times one by one",
		      m.columns);
	if (m.rows && m.columns > MOST_CELLS / m.rows)
		usage("--step: that makes %zu columns, which are too many", m.columns);
	fill_map(&m, values);
	if (values->to == REPORT_TSV || values->to == REPORT_JSON) {
		ok = print_cells(&m, (enum report_format)values->to);
	} else {
		if (out_open(&out, common.output, common.pack)) {
			if (values->to == TO_SVG)
				put_picture(&out.bytes, &m, values);
			else
				put_text_map(&out.bytes, &m);
		}
		ok = finish_output(&out);
	}
	mem_free(m.cell, m.columns * m.rows * sizeof(*m.cell));
	vec_release(&values->point);
	return ok;
}
