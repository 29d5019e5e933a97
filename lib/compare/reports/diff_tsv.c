/*
 * Tab-separated values: lines that begin with '#' are facts about the comparison, then one line
 * names the columns, and all rows follow. Changes are fractions.
 */
#include <math.h>

#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/tsv.h"

static const char heads[] = "verdict\tgated\titem\tkind\tbase\tnew\tchange\tlow\thigh\tp\tq\tcost\t"
			    "confirmed\truns_needed\tblame\tfile\tline\n";

static void put_number(struct buf *b, double v)
{
	if (isfinite(v))
		buf_printf(b, "%.10g", v);
	buf_ch(b, '\t');
}

static void put_text(struct buf *b, struct str s)
{
	tsv_text(b, s);
	buf_ch(b, '\t');
}

static void put_row(struct buf *b, const struct comparison *c, const struct row *r)
{
	struct buf name = { 0 };
	uint32_t line;
	struct str file = words_file(c, r->item, &line);
	bool both = r->test.cost[BASE] > 0 && r->test.cost[NEW] > 0;

	items_name(&c->items, r->item, &name);
	put_text(b, str_of(words_verdict_id(r)));
	put_text(b, r->gated ? S("1") : S("0"));
	put_text(b, buf_str(&name));
	put_text(b, str_of(words_kind_id(r)));
	put_number(b, r->test.cost[BASE]);
	put_number(b, r->test.cost[NEW]);
	put_number(b, both ? expm1(r->test.change) : NAN);
	put_number(b, expm1(r->low));
	put_number(b, expm1(r->high));
	put_number(b, r->p);
	put_number(b, r->q);
	put_number(b, test_cost(&r->test) / c->total.cost[BASE]);
	put_number(b, c->permuted ? r->confirmed : NAN);
	put_number(b, r->runs_needed > 0 ? r->runs_needed : NAN);
	put_text(b, r->path);
	put_text(b, file);
	if (file.n && line)
		buf_u64(b, line);
	buf_ch(b, '\n');
	buf_release(&name);
}

/* Append a line of text as a comment, and empty it. */
static void put_comment(struct buf *b, struct buf *line)
{
	buf_printf(b, "# %.*s\n", STR_ARG(buf_str(line)));
	line->n = 0;
}

static void write_tsv(struct out *out, const struct comparison *c)
{
	struct buf *b = &out->bytes, line = { 0 };

	for (size_t i = 0; words_news(&line, c, i); i++)
		put_comment(b, &line);
	for (size_t i = 0; words_method(&line, c, i); i++)
		put_comment(b, &line);
	buf_release(&line);
	buf_add(b, str_of(heads));
	for (size_t i = 0; i < c->nrow; i++) {
		put_row(b, c, &c->row[i]);
		out_flush(out);
	}
}

const struct diff_report diff_report_tsv = { "tsv", "all rows, separated by tabs", write_tsv };
