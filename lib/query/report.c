#include "query/report.h"

#include <math.h>
#include <time.h>

#include "profile/unit.h"
#include "query/select/tag_filter.h"

#define REPORT_ADDRESS(name) &report_##name,
const struct report *const reports[NREPORT] = { REPORTS(REPORT_ADDRESS) };

/* Printing */

static const char *const *cell_names(const struct report *report, const struct query *q)
{
	return report->choose_names ? report->choose_names(q) : report->names;
}

/* "cpu" or "mean_cpu", which is stored in `room`. */
static struct str type_name(const struct query *q, struct buf *room)
{
	struct str name = q->p->ncol ? dict_text(q->p->dict, q->p->col[q->col].type) : S("");

	if (!q->arg.mean || !name.n)
		return name;
	buf_add(room, S("mean_"));
	buf_add(room, name);
	return buf_str(room);
}

/* {"report":"top","type":"cpu","unit":"nanoseconds","total":42,"rows":[...]} */
static void print_json(const struct report *report, struct query *q)
{
	struct str unit = q->p->ncol ? dict_text(q->p->dict, q->p->col[q->col].unit) : S("");
	struct json j = { .b = &q->out->bytes };
	struct buf type = { 0 };
	struct rows rows;

	json_begin_object(&j);
	json_member_string(&j, "report", str_of(report->name));
	json_member_string(&j, "type", type_name(q, &type));
	json_member_string(&j, "unit", unit);
	json_member_int64(&j, "total", q->total);
	json_key(&j, "rows");
	rows_begin(&rows, q->out, &j, cell_names(report, q));
	report->rows(q, &rows);
	rows_end(&rows);
	json_end_object(&j);
	buf_ch(&q->out->bytes, '\n');
	buf_release(&type);
}

static void no_rows(struct query *q, struct rows *r)
{
	(void)q;
	(void)r;
}

static void no_metrics(struct query *q)
{
	out_add(q->out, S("# EOF\n"));
}

void report_print(const struct report *report, struct query *q)
{
	size_t before = q->out->bytes.n;
	struct rows rows;

	switch (q->format) {
	case REPORT_TEXT: report->text(q); break;
	case REPORT_JSON: print_json(report, q); break;
	case REPORT_HTML: report->html(q); break;
	case REPORT_OPENMETRICS: report->metrics(q); break;
	case REPORT_TSV:
		rows_begin(&rows, q->out, NULL, cell_names(report, q));
		if (q->window && report->features & REPORT_HAS_WINDOWS)
			q->out->bytes.n = before; /* the names have been written */
		report->rows(q, &rows);
		rows_end(&rows);
		break;
	}
}

void report_print_nothing(const struct report *report, struct query *q)
{
	struct report empty = *report;

	empty.rows = no_rows;
	empty.metrics = no_metrics;
	report_print(&empty, q);
}

/* Pieces */

/* Is it a unit that is not printed? */
static bool is_count(struct str unit)
{
	return !unit.n || str_eq(unit, S("count")) || str_eq(unit, S("sample")) ||
	       str_eq(unit, S("unit"));
}

void put_value(const struct query *q, struct buf *b, int64_t v)
{
	struct str unit = dict_text(q->p->dict, q->p->col[q->col].unit);

	if (q->arg.unit.n && !str_eq(q->arg.unit, unit)) {
		unit_print_in(b, (double)v, unit, q->arg.unit);
		return;
	}
	if (unit_is_known(unit)) {
		unit_print_like(b, (double)v, q->unit_value != 0 ? q->unit_value : (double)v, unit);
		return;
	}
	buf_i64(b, v);
	if (v && q->unit_value != 0 && !is_count(unit))
		buf_add(b, unit);
}

void put_percent(struct buf *b, int64_t v, int64_t total)
{
	double share = total ? (double)v / (double)total * 100 : 0;

	share = share < 0 ? -share : share;
	if (share >= 99.95 && share <= 100.05)
		buf_add(b, S("100%"));
	else
		buf_printf(b, share >= 1 ? "%.2f%%" : "%.2g%%", share);
}

/* Pad the text from `from` on with blanks on the left, to `width` bytes. */
static void align_right(struct buf *b, size_t from, size_t width)
{
	size_t n = b->n - from;

	if (n >= width)
		return;
	buf_room(b, width - n);
	memmove(b->p + from + width - n, b->p + from, n);
	memset(b->p + from, ' ', width - n);
	b->n = from + width;
}

void put_value_column(const struct query *q, struct buf *b, int64_t v, size_t width)
{
	size_t from = b->n;

	put_value(q, b, v);
	align_right(b, from, width);
}

/* Ratios */

/* The scale, 1, 1000, 10^6 ..., with which the ratio of all samples is 0.1 or more. */
static double ratio_scale(const struct query *q)
{
	double all = fabs(ratio_of_all(&q->arg.ratio, q->p)), scale = 1;

	while (all > 0 && all * scale < 0.1 && scale < 1e12)
		scale *= 1000;
	return scale;
}

/* The unit: bytes per object are bytes; nanoseconds per nanosecond have no unit. */
static struct str ratio_unit(const struct query *q)
{
	struct str over = dict_text(q->p->dict, q->p->col[q->arg.ratio.over].unit),
		   under = dict_text(q->p->dict, q->p->col[q->arg.ratio.under].unit);

	return unit_is_known(over) && !unit_is_known(under) ? over : S("");
}

static void put_ratio_value(const struct query *q, struct buf *b, double ratio)
{
	struct str unit = ratio_unit(q);

	if (!isfinite(ratio))
		buf_ch(b, '-');
	else if (unit.n)
		unit_print(b, ratio, unit);
	else
		buf_printf(b, "%.4g", ratio * ratio_scale(q));
}

void put_ratio_column(const struct query *q, struct buf *b, double ratio, size_t width)
{
	size_t from = b->n;

	put_ratio_value(q, b, ratio);
	align_right(b, from, width);
}

void put_ratio(const struct query *q, struct buf *b)
{
	const struct dictionary *d = q->p->dict;

	buf_add(b, S("Ratio: "));
	put_ratio_value(q, b, ratio_of_all(&q->arg.ratio, q->p));
	buf_ch(b, ' ');
	put_name(b, dict_text(d, q->p->col[q->arg.ratio.over].type));
	buf_printf(b, " per %.0f ", ratio_unit(q).n ? 1 : ratio_scale(q));
	put_name(b, dict_text(d, q->p->col[q->arg.ratio.under].type));
	buf_ch(b, '\n');
}

void put_percent_column(struct buf *b, int64_t v, int64_t total)
{
	size_t from = b->n + 1;

	buf_ch(b, ' ');
	put_percent(b, v, total);
	align_right(b, from, 6);
}

void put_name(struct buf *b, struct str name)
{
	size_t from = b->n;

	buf_add(b, name);
	for (size_t i = from; i < b->n; i++)
		if ((uint8_t)b->p[i] < ' ' || b->p[i] == 0x7f)
			b->p[i] = ' ';
}

void put_last_name(const struct query *q, struct buf *b, struct str name, struct str after)
{
	ptrdiff_t newline = str_rchr(buf_str(b), '\n');
	size_t before = b->n - (size_t)(newline + 1) + after.n;

	if (!q->columns)
		put_name(b, name);
	else
		q->cut(b, name, q->columns > before + 10 ? q->columns - before : 10);
	buf_add(b, after);
}

void put_label(struct buf *b, const struct profile *p, const struct label *l)
{
	struct str unit = tag_unit(p, l);

	if (!l->is_num)
		buf_add(b, dict_text(p->dict, l->str));
	else if (unit_is_known(unit))
		unit_print(b, (double)l->num, unit);
	else
		buf_i64(b, l->num);
}

/* The header */

static void put_line(struct buf *b, const char *what, struct str text)
{
	if (!text.n)
		return;
	buf_add(b, str_of(what));
	put_name(b, text);
	buf_ch(b, '\n');
}

void put_time(struct buf *b, int64_t ns)
{
	time_t seconds = (time_t)(ns / 1000000000 - (ns % 1000000000 < 0));
	struct tm tm;
	char text[128];

	if (localtime_r(&seconds, &tm) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm))
		buf_add(b, str_of(text));
}

/* Append the duration and, if values are times, their total as a share of it. */
static void put_duration(const struct query *q, struct buf *b)
{
	double ns = (double)q->total;

	if (!q->p->head.duration)
		return;
	buf_add(b, S("Duration: "));
	unit_print(b, (double)q->p->head.duration, S("nanoseconds"));
	buf_add(b, S(", Total samples = "));
	put_value(q, b, q->total);
	if (q->total && unit_convert(&ns, dict_text(q->p->dict, q->p->col[q->col].unit), S("ns"))) {
		buf_add(b, S(" ("));
		put_percent(b, (int64_t)ns, q->p->head.duration);
		buf_ch(b, ')');
	}
	buf_ch(b, '\n');
}

/* "2026-11-29 08:35:02 UTC, 2s, 2.71s of cpu" */
static void put_window(const struct query *q, struct buf *b)
{
	struct buf type = { 0 };

	if (q->p->head.time) {
		put_time(b, q->p->head.time);
		buf_add(b, S(", "));
	}
	if (q->p->head.duration) {
		unit_print(b, (double)q->p->head.duration, S("nanoseconds"));
		buf_add(b, S(", "));
	}
	put_value(q, b, q->total);
	buf_add(b, S(" of "));
	put_name(b, type_name(q, &type));
	buf_ch(b, '\n');
	buf_release(&type);
}

void put_header(const struct query *q, struct buf *b)
{
	const struct profile *p = q->p;
	const struct mapping *main_binary = dict_mapping(p->dict, profile_main_map(p));
	struct buf type = { 0 };

	if (q->in_stream) {
		put_window(q, b);
		return;
	}
	put_line(b, "File: ", str_basename(dict_text(p->dict, main_binary->file)));
	put_line(b, "Build ID: ", dict_text(p->dict, main_binary->build_id));
	for (size_t i = 0; i < profile_ncomment(p); i++)
		if (!str_starts(dict_text(p->dict, profile_comment(p, i)), S("#")))
			put_line(b, "", dict_text(p->dict, profile_comment(p, i)));
	put_line(b, "Type: ", type_name(q, &type));
	buf_release(&type);
	put_line(b, "Doc: ", dict_text(p->dict, p->head.doc_url));
	if (p->head.time) {
		buf_add(b, S("Time: "));
		put_time(b, p->head.time);
		buf_ch(b, '\n');
	}
	put_duration(q, b);
}

void put_shown(const struct query *q, struct buf *b, int64_t shown)
{
	struct str rest = q->filters;

	if (rest.n)
		buf_add(b, S("Active filters:\n"));
	while (rest.n)
		put_line(b, "   ", str_cut(&rest, '\n'));
	buf_add(b, S("Showing nodes accounting for "));
	put_value(q, b, shown);
	buf_add(b, S(", "));
	put_percent(b, shown, q->total);
	buf_add(b, S(" of "));
	put_value(q, b, q->total);
	buf_add(b, S(" total\n"));
}
