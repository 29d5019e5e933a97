#include "query/rows.h"

#include "io/json.h"

void rows_begin(struct rows *r, struct out *out, bool json, const char *const *names)
{
	*r = (struct rows){ .out = out, .json = json, .names = names };
	if (json) {
		buf_ch(&out->bytes, '[');
		return;
	}
	for (size_t i = 0; names[i]; i++)
		buf_printf(&out->bytes, "%s%s", i ? "\t" : "", names[i]);
	buf_ch(&out->bytes, '\n');
}

/* What stands before a cell. */
static struct buf *begin(struct rows *r)
{
	struct buf *b = &r->out->bytes;

	if (!r->json) {
		buf_add(b, r->cell ? S("\t") : S(""));
		return b;
	}
	if (!r->cell)
		buf_add(b, r->n ? S(",\n{") : S("\n{"));
	else
		buf_ch(b, ',');
	json_str(b, str_of(r->names[r->cell]));
	buf_ch(b, ':');
	return b;
}

/* And what behind it. */
static void end(struct rows *r)
{
	if (r->names[++r->cell])
		return;
	buf_ch(&r->out->bytes, r->json ? '}' : '\n');
	r->cell = 0;
	r->n++;
	out_flush(r->out);
}

void rows_int(struct rows *r, int64_t v)
{
	buf_i64(begin(r), v);
	end(r);
}

static void put_escaped(struct buf *b, struct str s, bool in_list)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '\\' || (c == ';' && in_list))
			buf_ch(b, '\\');
		if (c == '\t' || c == '\n')
			buf_add(b, c == '\t' ? S("\\t") : S("\\n"));
		else
			buf_ch(b, c);
	}
}

void rows_str(struct rows *r, struct str s)
{
	struct buf *b = begin(r);

	if (r->json)
		json_str(b, s);
	else
		put_escaped(b, s, false);
	end(r);
}

void rows_bool(struct rows *r, bool v)
{
	buf_add(begin(r), v ? S("true") : S("false"));
	end(r);
}

void rows_percent(struct rows *r, int64_t v, int64_t total)
{
	struct buf *b = begin(r);

	if (total)
		buf_printf(b, "%.4f", 100 * (double)v / (double)total);
	else if (r->json)
		buf_add(b, S("null"));
	end(r);
}

void rows_list(struct rows *r, const struct str *items, size_t n)
{
	struct buf *b = begin(r);

	buf_add(b, r->json ? S("[") : S(""));
	for (size_t i = 0; i < n; i++) {
		buf_add(b, !i ? S("") : r->json ? S(",") : S(";"));
		if (r->json)
			json_str(b, items[i]);
		else
			put_escaped(b, items[i], true);
	}
	buf_add(b, r->json ? S("]") : S(""));
	end(r);
}

void rows_end(struct rows *r)
{
	if (r->json)
		buf_add(&r->out->bytes, r->n ? S("\n]") : S("]"));
}
