/* For people: the news, the rows in columns, and how they were measured. */
#include "compare/reports/diff_cells.h"
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"

enum {
	WIDEST = 48,  /* columns of a name or path, so that the cells after it stay in sight */
	LONGEST = 40, /* rows, so that the news stays in sight; all that fail the gate are shown */
};

/* The number of characters; those outside ASCII have several bytes. */
static size_t width_of(const char *cell)
{
	size_t n = 0;

	for (; *cell; cell++)
		n += (*cell & 0xc0) != 0x80;
	return n;
}

static void measure_cells(const struct buf *cells, size_t width[CELLS])
{
	const char *at = cells->p;

	for (size_t i = 0; i < CELLS; i++, at += strlen(at) + 1)
		width[i] = max_size(width[i], width_of(at));
}

static void put_row(struct buf *b, const struct buf *cells, const size_t width[CELLS])
{
	const char *at = cells->p;
	size_t line = b->n;

	for (size_t i = 0; i < CELLS; i++, at += strlen(at) + 1) {
		size_t n = width_of(at), pad = n < width[i] ? width[i] - n : 0;

		if (cells_right[i])
			buf_printf(b, "%*s%s", (int)pad, "", at);
		else
			buf_printf(b, "%s%*s", at, (int)pad, "");
		buf_add(b, S("  "));
	}
	while (b->n > line && b->p[b->n - 1] == ' ')
		b->n--;
	buf_ch(b, '\n');
}

static bool is_shown(const struct comparison *c, size_t row)
{
	return row < LONGEST || c->row[row].gated;
}

static void put_rows(struct buf *b, const struct comparison *c)
{
	size_t width[CELLS] = { 0 }, hidden = 0;
	struct cells t;

	cells_begin(&t, c, WIDEST);
	measure_cells(cells_heads(&t), width);
	for (size_t i = 0; i < c->nlisted; i++)
		if (is_shown(c, i))
			measure_cells(cells_row(&t, &c->row[i]), width);
		else
			hidden++;
	buf_ch(b, '\n');
	put_row(b, cells_heads(&t), width);
	for (size_t i = 0; i < c->nlisted; i++)
		if (is_shown(c, i))
			put_row(b, cells_row(&t, &c->row[i]), width);
	if (hidden)
		buf_printf(b, "and %zu more row%s: --report tsv shows all\n", hidden,
			   hidden == 1 ? "" : "s");
	cells_end(&t);
}

static void write_text(struct out *out, const struct comparison *c)
{
	struct buf *b = &out->bytes;

	for (size_t i = 0; words_news(b, c, i); i++)
		buf_ch(b, '\n');
	if (c->nlisted)
		put_rows(b, c);
	buf_add(b, S("\nhow this was measured:\n"));
	for (size_t i = 0; words_method(b, c, i); i++)
		buf_ch(b, '\n');
	out_flush(out);
}

const struct diff_report diff_report_text = { "text", "for people", write_text };
