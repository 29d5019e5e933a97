#include "query/rows.h"

#include <math.h>

#include "io/tsv.h"

void rows_begin(struct rows *r, struct out *out, struct json *json, const char *const *names)
{
	*r = (struct rows){ .out = out, .json = json, .names = names };
	if (json) {
		json_begin_array(json);
		return;
	}
	for (size_t i = 0; names[i]; i++)
		buf_printf(&out->bytes, "%s%s", i ? "\t" : "", names[i]);
	buf_ch(&out->bytes, '\n');
}

/* Append what precedes a cell's value. */
static struct buf *begin_cell(struct rows *r)
{
	if (r->json && !r->cell) {
		json_line(r->json);
		json_begin_object(r->json);
	}
	if (r->json)
		json_key(r->json, r->names[r->cell]);
	else if (r->cell)
		buf_ch(&r->out->bytes, '\t');
	return &r->out->bytes;
}

/* End a cell and, after the last cell of a row, the row. */
static void end_cell(struct rows *r)
{
	if (r->names[++r->cell])
		return;
	if (r->json)
		json_end_object(r->json);
	else
		buf_ch(&r->out->bytes, '\n');
	r->cell = 0;
	r->n++;
	out_flush(r->out);
}

void rows_int(struct rows *r, int64_t v)
{
	struct buf *b = begin_cell(r);

	if (r->json)
		json_put_int64(r->json, v);
	else
		buf_i64(b, v);
	end_cell(r);
}

void rows_str(struct rows *r, struct str s)
{
	struct buf *b = begin_cell(r);

	if (r->json)
		json_put_string(r->json, s);
	else
		tsv_text(b, s);
	end_cell(r);
}

void rows_bool(struct rows *r, bool v)
{
	struct buf *b = begin_cell(r);

	if (r->json)
		json_put_bool(r->json, v);
	else
		buf_add(b, v ? S("true") : S("false"));
	end_cell(r);
}

void rows_percent(struct rows *r, int64_t v, int64_t total)
{
	struct buf *b = begin_cell(r);
	double percent = total ? 100 * (double)v / (double)total : NAN;

	if (r->json)
		json_put_fixed(r->json, percent, 4);
	else if (total)
		buf_printf(b, "%.4f", percent);
	end_cell(r);
}

void rows_number(struct rows *r, double v)
{
	struct buf *b = begin_cell(r);

	if (r->json)
		json_put_double(r->json, v);
	else if (isfinite(v))
		buf_printf(b, "%.9g", v);
	end_cell(r);
}

void rows_list(struct rows *r, const struct str *items, size_t n)
{
	struct buf *b = begin_cell(r);

	if (r->json)
		json_begin_array(r->json);
	for (size_t i = 0; i < n; i++) {
		if (r->json) {
			json_put_string(r->json, items[i]);
			continue;
		}
		if (i)
			buf_ch(b, ';');
		tsv_item(b, items[i]);
	}
	if (r->json)
		json_end_array(r->json);
	end_cell(r);
}

void rows_end(struct rows *r)
{
	if (!r->json)
		return;
	if (r->n)
		json_line(r->json);
	json_end_array(r->json);
}
