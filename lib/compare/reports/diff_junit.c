/*
 * JUnit's XML: a test case for the total and one for each listed row. A case fails if the gate
 * fails for it, and is skipped if the result is inconclusive. Text is in the body of elements,
 * since GitLab does not show attributes.
 */
#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/escape.h"

static void put_attribute(struct buf *b, const char *name, struct str value)
{
	buf_printf(b, " %s=\"", name);
	xml_text(b, value);
	buf_ch(b, '"');
}

static void put_case(struct buf *b, const char *kind, struct str name, const struct row *r,
		     struct str text)
{
	const char *tag = r->gated ? "failure" : r->verdict == UNSURE ? "skipped" : "system-out";

	buf_add(b, S("<testcase time=\"0\""));
	put_attribute(b, "classname", str_of(kind));
	put_attribute(b, "name", name);
	buf_printf(b, "><%s%s>", tag, r->gated ? " message=\"the gate fails\"" : "");
	xml_text(b, text);
	buf_printf(b, "</%s></testcase>\n", tag);
}

static void put_row(struct buf *b, const struct comparison *c, const struct row *r)
{
	struct buf name = { 0 }, text = { 0 };

	words_name(&name, c, r->item);
	words_finding(&text, c, r);
	put_case(b, r->kind == SELF ? "prof-diff.self" : "prof-diff.incl", buf_str(&name), r,
		 buf_str(&text));
	buf_release(&name);
	buf_release(&text);
}

/* Each budget is a case, which fails if the budget is exceeded. */
static void put_budget(struct buf *b, const struct comparison *c, size_t i)
{
	struct row r = { .gated = c->budget[i].exceeded };
	struct buf text = { 0 };

	words_budget(&text, c, i);
	put_case(b, "prof-diff.budget", str_of(c->o->budget[i].text), &r, buf_str(&text));
	buf_release(&text);
}

static void put_total(struct buf *b, const struct comparison *c)
{
	struct buf text = { 0 };

	words_total(&text, c, "->");
	put_case(b, "prof-diff", S("total"), &c->total_row, buf_str(&text));
	buf_release(&text);
}

static void put_lines(struct buf *b, const char *name, const struct comparison *c,
		      bool (*words)(struct buf *, const struct comparison *, size_t))
{
	struct buf line = { 0 };

	for (size_t i = 0; words(&line, c, i); i++) {
		buf_printf(b, "<property name=\"%s.%zu\"", name, i + 1);
		put_attribute(b, "value", buf_str(&line));
		buf_add(b, S("/>\n"));
		line.n = 0;
	}
	buf_release(&line);
}

static void put_properties(struct buf *b, const struct comparison *c)
{
	buf_add(b, S("<properties>\n"));
	put_lines(b, "news", c, words_news);
	put_lines(b, "measured", c, words_method);
	buf_add(b, S("</properties>\n"));
}

static void put_suite(struct buf *b, const struct comparison *c)
{
	size_t failed = c->total_row.gated, skipped = c->total_row.verdict == UNSURE;

	for (size_t i = 0; i < c->nlisted; i++) {
		failed += c->row[i].gated;
		skipped += !c->row[i].gated && c->row[i].verdict == UNSURE;
	}
	for (size_t i = 0; i < c->o->nbudget; i++)
		failed += c->budget[i].exceeded;
	buf_printf(b,
		   "<testsuite name=\"prof-diff\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
		   "skipped=\"%zu\" time=\"0\">\n",
		   c->nlisted + c->o->nbudget + 1, failed, skipped);
}

static void write_junit(struct out *out, const struct comparison *c)
{
	struct buf *b = &out->bytes;

	buf_add(b, S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"));
	put_suite(b, c);
	put_properties(b, c);
	put_total(b, c);
	for (size_t i = 0; i < c->o->nbudget; i++)
		put_budget(b, c, i);
	for (size_t i = 0; i < c->nlisted; i++) {
		put_row(b, c, &c->row[i]);
		out_flush(out);
	}
	buf_add(b, S("</testsuite>\n</testsuites>\n"));
	out_flush(out);
}

const struct diff_report diff_report_junit = { "junit", "test results, as XML", write_junit };
