/*
 * The top of the page that "prof-diff --report html" writes: the findings, as markup. The
 * command puts it above the HTML view of the differential profile (view/html).
 */
#include "compare/reports/diff_cells.h"
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/escape.h"

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

static void put_lines(struct buf *b, const struct comparison *c, size_t first,
		      bool (*words)(struct buf *, const struct comparison *, size_t))
{
	struct buf line = { 0 };

	buf_add(b, S("<ul>\n"));
	for (size_t i = first; words(&line, c, i); i++) {
		put_element(b, "li", "", buf_str(&line));
		line.n = 0;
	}
	buf_add(b, S("</ul>\n"));
	buf_release(&line);
}

static void put_opening(struct buf *b, const struct comparison *c)
{
	struct buf line = { 0 };

	words_news(&line, c, 0);
	buf_printf(b, "<h1 class=\"verdict %s\">", class_of(c));
	xml_text(b, buf_str(&line));
	buf_add(b, S("</h1>\n"));
	line.n = 0;
	words_news(&line, c, 1);
	put_element(b, "p", "news", buf_str(&line));
	buf_release(&line);
	put_lines(b, c, 2, words_news);
}

static void put_row(struct buf *b, const char *tag, const struct buf *cells)
{
	const char *at = cells->p;

	buf_add(b, S("<tr>"));
	for (size_t i = 0; i < CELLS; i++, at += strlen(at) + 1)
		put_element(b, tag, cells_right[i] ? "right" : "", str_of(at));
	buf_add(b, S("</tr>\n"));
}

static void put_rows(struct buf *b, struct cells *t, size_t from, size_t to)
{
	buf_add(b, S("<table>\n<thead>"));
	put_row(b, "th", cells_heads(t));
	buf_add(b, S("</thead>\n<tbody>\n"));
	for (size_t i = from; i < to; i++)
		put_row(b, "td", cells_row(t, &t->c->row[i]));
	buf_add(b, S("</tbody>\n</table>\n"));
}

static void write_html(struct out *out, const struct comparison *c)
{
	static const struct cells_style style = { 8, 500, 100, put_rows, "" };
	struct buf *b = &out->bytes;

	put_opening(b, c);
	cells_draw(b, c, &style);
	buf_add(b, S("<details><summary>How this was measured</summary>\n"));
	put_lines(b, c, 0, words_method);
	buf_add(b, S("</details>\n"));
	out_flush(out);
}

const struct diff_report diff_report_html = { "html", "a page: the verdict, tables, flame graphs",
					      write_html, true };
