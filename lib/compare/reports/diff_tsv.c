/*
 * Tab-separated: lines that begin with '#' say what is known about the whole, one
 * line names the columns, the others are all rows. Changes are fractions.
 */
#include <math.h>

#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/tsv.h"

static const char heads[] = "verdict\tgated\titem\tkind\tbase\tnew\tchange\tlow\thigh\tq\tcost\t"
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
	struct str file = words_file(c, r, &line);
	bool both = r->test.cost[BASE] > 0 && r->test.cost[NEW] > 0;

	items_name(&c->items, r->item, &name);
	put_text(b, str_of(verdict_word(r->verdict)));
	put_text(b, r->gated ? S("1") : S("0"));
	put_text(b, buf_str(&name));
	put_text(b, str_of(words_kind(r)));
	put_number(b, r->test.cost[BASE]);
	put_number(b, r->test.cost[NEW]);
	put_number(b, both ? expm1(r->test.change) : NAN);
	put_number(b, expm1(r->low));
	put_number(b, expm1(r->high));
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

static void write_tsv(struct out *out, const struct comparison *c)
{
	struct buf *b = &out->bytes;

	buf_printf(b, "# %s: ", words_outcome(c));
	words_total(b, c, "->");
	buf_ch(b, '\n');
	for (size_t i = 0;; i++) {
		size_t from = b->n;

		buf_add(b, S("# "));
		if (!words_opening(b, c, i)) {
			b->n = from;
			break;
		}
		buf_ch(b, '\n');
	}
	buf_add(b, str_of(heads));
	for (size_t i = 0; i < c->nrow; i++) {
		put_row(b, c, &c->row[i]);
		out_flush(out);
	}
}

const struct diff_report diff_report_tsv = { "tsv", "all rows, separated by tabs", write_tsv };
