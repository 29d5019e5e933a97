/* --list -t html. All text from the profile and from source files is escaped. */
#include "io/escape.h"
#include "query/source/listing.h"

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"generator\" content=\"prof-query\">\n"
	"<title>Source lines</title>\n<style>\n"
	":root { --ink: #1c1d21; --quiet: #5b5e66; --paper: #fff; --line: #cfd2d8; --hot: #fff3c4; "
	"--part: #d9e4f5; color-scheme: light dark; background: var(--paper); color: var(--ink); "
	"font: 13px/1.4 Verdana, 'DejaVu Sans', sans-serif; }\n"
	"@media (prefers-color-scheme: dark) { :root { --ink: #e6e7ea; --quiet: #a2a6af; "
	"--paper: #17181c; --line: #43464f; --hot: #4a4220; --part: #2c3a52; } }\n"
	"h1 { font-size: 17px; }\nh2 { margin: 24px 0 2px; font-size: 15px; overflow-wrap: anywhere; }\n"
	"p { margin: 2px 0; color: var(--quiet); overflow-wrap: anywhere; }\n"
	"section { overflow-x: auto; }\ntable { margin-top: 6px; border-collapse: collapse; }\n"
	"th, td { padding: 0 8px; text-align: right; white-space: pre; font-weight: normal; }\n"
	"thead th, tbody th { color: var(--quiet); }\nthead th { border-bottom: 1px solid var(--line); }\n"
	".code { text-align: left; font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; "
	"tab-size: 8; }\n.hot { background: var(--hot); }\n"
	"td:not(.code) { background: linear-gradient(to right, var(--part) calc(var(--of, 0) * 1%), "
	"transparent 0); min-width: 6em; }\n</style>\n</head>\n<body>\n<main>\n";

static void put_xml(const struct query *q, struct str text)
{
	xml_text(&q->out->bytes, text);
}

static void put_amount(struct query *q, int64_t v)
{
	struct buf text = { 0 };

	put_value(q, &text, v);
	put_xml(q, buf_str(&text));
	buf_release(&text);
}

static void begin(struct query *q)
{
	struct buf *b = &q->out->bytes;

	buf_add(b, str_of(head));
	buf_add(b, S("<h1>Source lines</h1>\n<p>Total: "));
	put_amount(q, q->total);
	buf_add(b, S(" of "));
	put_xml(q, dict_text(q->p->dict, q->p->col[q->col].type));
	buf_add(b, S("</p>\n"));
}

static void begin_routine(struct query *q, const struct routine *routine)
{
	struct buf *b = &q->out->bytes;

	buf_add(b, S("<section>\n<h2>"));
	put_xml(q, dict_text(q->p->dict, routine->name));
	buf_add(b, S("</h2>\n<p>"));
	put_xml(q, dict_text(q->p->dict, routine->file));
	buf_add(b, S("</p>\n<p>self "));
	put_amount(q, routine->flat);
	buf_add(b, S(", total "));
	put_amount(q, routine->cum);
	buf_add(b, S(": "));
	put_percent(b, routine->cum, q->total);
	buf_add(b,
		S(" of all</p>\n<table>\n<thead><tr><th scope=\"col\">Self</th><th scope=\"col\">Total</th>"
		  "<th scope=\"col\">Line</th><th scope=\"col\" class=\"code\">Source</th></tr></thead>\n"));
}

static void remark(struct query *q, struct str before, struct str path, struct str after)
{
	struct buf *b = &q->out->bytes;

	buf_add(b, S("<tbody><tr><td colspan=\"4\" class=\"code\">"));
	put_xml(q, before);
	put_xml(q, path);
	put_xml(q, after);
	buf_add(b, S("</td></tr></tbody>\n"));
}

static void put_cell(struct query *q, int64_t v)
{
	struct buf *b = &q->out->bytes;
	double share = q->total ? 100 * (double)v / (double)q->total : 0;

	if (!v) {
		buf_add(b, S("<td></td>"));
		return;
	}
	buf_printf(b, "<td style=\"--of:%.1f\">", share < 0 ? -share : share);
	put_amount(q, v);
	buf_add(b, S("</td>"));
}

/* Tabs stay, since they indent lines. */
static void put_code(struct query *q, struct str text)
{
	while (text.p) {
		put_xml(q, str_cut(&text, '\t'));
		buf_add(&q->out->bytes, text.p ? S("\t") : S(""));
	}
}

static void put_line(struct query *q, uint64_t line, int64_t flat, int64_t cum, struct str text)
{
	struct buf *b = &q->out->bytes;

	buf_add(b, flat || cum ? S("<tr class=\"hot\">") : S("<tr>"));
	put_cell(q, flat);
	put_cell(q, cum);
	buf_printf(b, "<th scope=\"row\">%llu</th><td class=\"code\">", (unsigned long long)line);
	put_code(q, text);
	buf_add(b, S("</td></tr>\n"));
}

static void end_routine(struct query *q)
{
	buf_add(&q->out->bytes, S("</table>\n</section>\n"));
}

static void end(struct query *q)
{
	buf_add(&q->out->bytes, S("</main>\n</body>\n</html>\n"));
}

const struct listing listing_html = { begin, begin_routine, remark, put_line, end_routine, end };
