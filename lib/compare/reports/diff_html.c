/*
 * The top of the page that "prof-diff --report html" writes: what was found, in markup. The
 * command puts it above the HTML view of the differential profile (view/html).
 */
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/escape.h"

enum { SHOWN = 8, MOST_ROWS = 500, LONGEST_CELL = 100 };

static void put_element(struct buf *b, const char *tag, const char *class, struct str text)
{
	buf_printf(b, "<%s%s%s%s>", tag, *class ? " class=\"" : "", class, *class ? "\"" : "");
	xml_text(b, text);
	buf_printf(b, "</%s>", tag);
}

static const char *class_of(const struct comparison *c)
{
	static const char *const classes[] = { [PASSED] = "passed",
					       [FAILED] = "failure",
					       [INCONCLUSIVE] = "unsure",
					       [UNDERPOWERED] = "unsure" };

	return classes[c->outcome];
}

static void put_opening(struct buf *b, const struct comparison *c)
{
	struct buf line = { 0 };

	buf_printf(b, "<h1 class=\"verdict %s\">", class_of(c));
	xml_text(b, str_of(words_outcome(c)));
	buf_add(b, S("</h1>\n"));
	words_total(&line, c, "\xe2\x86\x92");
	put_element(b, "p", "news", buf_str(&line));
	buf_add(b, S("\n<ul>\n"));
	for (size_t i = 0; line.n = 0, words_opening(&line, c, i); i++)
		put_element(b, "li", "", buf_str(&line));
	buf_add(b, S("</ul>\n"));
	buf_release(&line);
}

/* Where a character begins, at or after this byte. */
static size_t next_character(struct str s, size_t at)
{
	while (at < s.n && ((uint8_t)s.p[at] & 0xc0) == 0x80)
		at++;
	return at;
}

/* A long path has its beginning and its end; all of it shows under the mouse. */
static void put_cell(struct buf *b, const char *class, struct str text)
{
	size_t head = next_character(text, LONGEST_CELL / 4);

	if (text.n <= LONGEST_CELL) {
		put_element(b, "td", class, text);
		return;
	}
	buf_printf(b, "<td class=\"%s\" title=\"", class);
	xml_text(b, text);
	buf_add(b, S("\">"));
	xml_text(b, str(text.p, head));
	buf_add(b, S("\xe2\x80\xa6"));
	xml_text(b, str_skip(text, next_character(text, text.n - LONGEST_CELL * 3 / 4)));
	buf_add(b, S("</td>"));
}

static void put_row(struct buf *b, const struct comparison *c, const struct row *row)
{
	struct buf cells = { 0 };
	const char *at;

	words_cells(&cells, c, row);
	buf_add(b, S("<tr>"));
	at = cells.p;
	for (size_t i = 0; i < WORDS_CELLS; i++, at += strlen(at) + 1)
		put_cell(b, words_right[i] ? "right" : "", str_of(at));
	buf_add(b, S("</tr>\n"));
	buf_release(&cells);
}

static void put_table(struct buf *b, const struct comparison *c, size_t from, size_t to)
{
	buf_add(b, S("<table>\n<thead><tr>"));
	for (size_t i = 0; i < WORDS_CELLS; i++)
		put_element(b, "th", words_right[i] ? "right" : "", str_of(words_heads[i]));
	buf_add(b, S("</tr></thead>\n<tbody>\n"));
	for (size_t i = from; i < to; i++)
		put_row(b, c, &c->row[i]);
	buf_add(b, S("</tbody>\n</table>\n"));
}

static void write_html(struct out *out, const struct comparison *c)
{
	struct buf *b = &out->bytes;
	size_t shown = min_size(SHOWN, c->nlisted), most = min_size(MOST_ROWS, c->nlisted);

	put_opening(b, c);
	if (shown)
		put_table(b, c, 0, shown);
	if (most > shown) {
		buf_printf(b, "<details><summary>%zu more</summary>\n", c->nlisted - shown);
		put_table(b, c, shown, most);
		if (c->nlisted > most)
			buf_printf(b, "<p>and %zu that are left out here</p>\n", c->nlisted - most);
		buf_add(b, S("</details>\n"));
	}
	out_flush(out);
}

const struct diff_report diff_report_html = { "html", "a page: the verdict, tables, flame graphs",
					      write_html, true };
