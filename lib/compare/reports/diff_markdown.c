/*
 * For a comment on a change, or GitHub's step summary: the first rows, and the others
 * folded away. A comment may have 64 KiB; what is long is cut so that it fits.
 */
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"

enum { SHOWN = 10, MOST_ROWS = 100, LONGEST_CELL = 160 };

/* Text that Markdown shows as it is. */
static void put_text(struct buf *b, struct str s)
{
	size_t n = min_size(s.n, LONGEST_CELL);

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

static void put_line(struct buf *b, const struct buf *text)
{
	put_text(b, buf_str(text));
	buf_ch(b, '\n');
}

static void put_opening(struct buf *b, const struct comparison *c)
{
	struct buf line = { 0 };

	words_total(&line, c, "\xe2\x86\x92");
	buf_printf(b, "<!-- prof-diff -->\n### prof-diff: %s\n\n**", words_outcome(c));
	put_text(b, buf_str(&line));
	buf_add(b, S("**\n\n"));
	for (size_t i = 0; line.n = 0, words_opening(&line, c, i); i++) {
		buf_add(b, S("- "));
		put_line(b, &line);
	}
	buf_release(&line);
}

static void put_heads(struct buf *b)
{
	buf_add(b, S("\n|"));
	for (size_t i = 0; i < WORDS_CELLS; i++)
		buf_printf(b, " %s |", words_heads[i]);
	buf_add(b, S("\n|"));
	for (size_t i = 0; i < WORDS_CELLS; i++)
		buf_add(b, words_right[i] ? S("--:|") : S("---|"));
	buf_ch(b, '\n');
}

static void put_rows(struct buf *b, const struct comparison *c, size_t from, size_t to)
{
	struct buf cells = { 0 };

	put_heads(b);
	for (size_t i = from; i < to; i++) {
		const char *at;

		cells.n = 0;
		words_cells(&cells, c, &c->row[i]);
		at = cells.p;
		buf_ch(b, '|');
		for (size_t k = 0; k < WORDS_CELLS; k++, at += strlen(at) + 1) {
			buf_ch(b, ' ');
			put_text(b, str_of(at));
			buf_add(b, S(" |"));
		}
		buf_ch(b, '\n');
	}
	buf_release(&cells);
}

static void write_markdown(struct out *out, const struct comparison *c)
{
	struct buf *b = &out->bytes;
	size_t shown = min_size(SHOWN, c->nlisted), most = min_size(MOST_ROWS, c->nlisted);

	put_opening(b, c);
	if (shown)
		put_rows(b, c, 0, shown);
	if (most > shown) {
		buf_printf(b, "\n<details><summary>%zu more</summary>\n", c->nlisted - shown);
		put_rows(b, c, shown, most);
		if (c->nlisted > most)
			buf_printf(b, "\nand %zu that are left out here\n", c->nlisted - most);
		buf_add(b, S("\n</details>\n"));
	}
	out_flush(out);
}

const struct diff_report diff_report_markdown = { "markdown", "for a comment on a change",
						  write_markdown };
