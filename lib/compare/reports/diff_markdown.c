/*
 * For a comment on a change, or GitHub's step summary: the first rows, and the others collapsed.
 * A comment may have 64 KiB: long texts are cut to fit.
 */
#include "compare/reports/diff_cells.h"
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"

enum { LONGEST_TEXT = 400 };

/* Append text, escaped so that Markdown shows it as it is. */
static void put_text(struct buf *b, struct str s)
{
	size_t n = min_size(s.n, LONGEST_TEXT);

	while (n < s.n && n && ((uint8_t)s.p[n] & 0xc0) == 0x80)
		n--;
	for (size_t i = 0; i < n; i++) {
		if (s.p[i] == '<' || s.p[i] == '&')
			buf_add(b, s.p[i] == '<' ? S("&lt;") : S("&amp;"));
		else if (strchr("\\`*_[]|>#~$@!", s.p[i]))
			buf_printf(b, "\\%c", s.p[i]);
		else
			buf_ch(b, s.p[i]);
	}
	if (n < s.n)
		buf_add(b, S("\xe2\x80\xa6"));
}

static void put_line(struct buf *b, struct buf *text)
{
	buf_add(b, S("- "));
	put_text(b, buf_str(text));
	buf_ch(b, '\n');
	text->n = 0;
}

static void put_opening(struct buf *b, const struct comparison *c)
{
	struct buf line = { 0 };

	words_news(&line, c, 0);
	buf_add(b, S("<!-- prof-diff -->\n### prof-diff: "));
	put_text(b, buf_str(&line));
	buf_add(b, S("\n\n"));
	line.n = 0;
	for (size_t i = 1; words_news(&line, c, i); i++)
		put_line(b, &line);
	buf_release(&line);
}

static void put_row(struct buf *b, const struct buf *cells)
{
	const char *at = cells->p;

	buf_ch(b, '|');
	for (size_t k = 0; k < CELLS; k++, at += strlen(at) + 1) {
		buf_ch(b, ' ');
		put_text(b, str_of(at));
		buf_add(b, S(" |"));
	}
	buf_ch(b, '\n');
}

static void put_rows(struct buf *b, struct cells *t, size_t from, size_t to)
{
	buf_ch(b, '\n');
	put_row(b, cells_heads(t));
	buf_ch(b, '|');
	for (size_t i = 0; i < CELLS; i++)
		buf_add(b, cells_right[i] ? S("--:|") : S("---|"));
	buf_ch(b, '\n');
	for (size_t i = from; i < to; i++)
		put_row(b, cells_row(t, &t->c->row[i]));
}

static void write_markdown(struct out *out, const struct comparison *c)
{
	static const struct cells_style style = { 10, 100, 60, put_rows, "\n" };
	struct buf *b = &out->bytes, line = { 0 };

	put_opening(b, c);
	cells_draw(b, c, &style);
	buf_add(b, S("\n<details><summary>How this was measured</summary>\n\n"));
	for (size_t i = 0; words_method(&line, c, i); i++)
		put_line(b, &line);
	buf_add(b, S("\n</details>\n"));
	buf_release(&line);
	out_flush(out);
}

const struct diff_report diff_report_markdown = { "markdown", "for a comment on a change",
						  write_markdown };
