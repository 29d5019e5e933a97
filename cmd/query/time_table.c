#include "cmd/query/time_table.h"

#include <math.h>

#include "base/when.h"
#include "cmd/common.h"
#include "io/number.h"
#include "profile/unit.h"

bool time_table_begin(struct time_table *t, enum report_format format)
{
	t->format = format;
	vec_push(&t->names, NULL);
	if (!out_open(&t->out, common.output, common.pack))
		return false;
	t->json = (struct json){ .b = &t->out.bytes };
	if (format != REPORT_TEXT)
		rows_begin(&t->rows, &t->out, format == REPORT_JSON ? &t->json : NULL, t->names.v);
	return true;
}

bool time_table_end(struct time_table *t)
{
	if (t->format != REPORT_TEXT && !t->out.failed)
		rows_end(&t->rows);
	if (t->format == REPORT_JSON)
		buf_ch(&t->out.bytes, '\n');
	vec_release(&t->names);
	return finish_output(&t->out);
}

static void separate(struct time_table *t)
{
	if (t->is_begun)
		buf_add(&t->out.bytes, S("  "));
	t->is_begun = true;
}

static void put_when(struct time_table *t, int64_t ns, void (*for_people)(struct buf *, int64_t))
{
	struct buf text = { 0 };

	(t->format == REPORT_TEXT ? for_people : when_print_exact)(&text, ns);
	put_text_cell(t, buf_str(&text), 0);
	buf_release(&text);
}

void put_time_cell(struct time_table *t, int64_t ns)
{
	put_when(t, ns, when_print_local);
}

void put_step_cell(struct time_table *t, int64_t ns)
{
	put_when(t, ns, when_print_local_exact);
}

void put_text_cell(struct time_table *t, struct str text, size_t width)
{
	if (t->format != REPORT_TEXT) {
		rows_str(&t->rows, text);
		return;
	}
	separate(t);
	put_name(&t->out.bytes, text);
	for (size_t i = text.n; i < width; i++)
		buf_ch(&t->out.bytes, ' ');
}

void put_value_cell(struct time_table *t, int64_t v, struct str unit)
{
	struct buf text = { 0 };

	if (t->format != REPORT_TEXT) {
		rows_int(&t->rows, v);
		return;
	}
	separate(t);
	unit_print(&text, (double)v, unit);
	buf_printf(&t->out.bytes, "%12.*s", STR_ARG(buf_str(&text)));
	buf_release(&text);
}

void number_print(struct buf *b, double v, struct str unit)
{
	if (!isfinite(v))
		buf_add(b, S("-"));
	else if (str_eq(unit, S("%")))
		number_percent(b, 100 * v, false);
	else if (unit_is_known(unit))
		unit_print(b, v, unit);
	else
		number_short(b, v, fabs(v) < 1000 ? 3 : 0);
}

void put_number_cell(struct time_table *t, double v, struct str unit)
{
	struct buf text = { 0 };

	if (t->format != REPORT_TEXT) {
		rows_number(&t->rows, v);
		return;
	}
	separate(t);
	number_print(&text, v, unit);
	buf_printf(&t->out.bytes, "%12.*s", STR_ARG(buf_str(&text)));
	buf_release(&text);
}

void end_line(struct time_table *t)
{
	t->is_begun = false;
	if (t->format == REPORT_TEXT) {
		buf_ch(&t->out.bytes, '\n');
		out_flush(&t->out);
	}
}
