#include "compare/reports/diff_news.h"

#include "compare/reports/diff_headline.h"
#include "compare/reports/diff_power.h"
#include "compare/reports/diff_words.h"

/* Which outcome it is */

enum news {
	NEWS_REGRESSION,
	NEWS_SLOWER, /* something is slower, but the gate does not fail for it */
	NEWS_FASTER,
	NEWS_SUSPECT,
	NEWS_IDENTICAL,
	NEWS_INCONCLUSIVE,
	NEWS_NONE,
};

/* The row that the news is about, or NULL. */
static const struct row *lead_row(const struct comparison *c)
{
	const struct row *r = c->row;

	if (!c->nlisted || (c->gated && !r->gated))
		return NULL;
	return r->verdict == UNSURE || r->verdict == MOVED ? NULL : r;
}

static bool total_is(const struct comparison *c, enum verdict v)
{
	return c->total_row.verdict == v && c->total_row.found[TO_LIST];
}

static enum news news_of(const struct comparison *c)
{
	const struct row *lead = lead_row(c);
	bool moves = lead && !words_is_replacement(c, lead);

	if (c->gated)
		return NEWS_REGRESSION;
	if (c->design.identical)
		return NEWS_IDENTICAL;
	if (lead && lead->verdict == SUSPECT)
		return NEWS_SUSPECT;
	if (total_is(c, SLOWER) || (moves && lead->up))
		return NEWS_SLOWER;
	if (c->outcome == UNDERPOWERED || c->unsure)
		return NEWS_INCONCLUSIVE;
	if (moves || total_is(c, FASTER))
		return NEWS_FASTER;
	return c->blind ? NEWS_INCONCLUSIVE : NEWS_NONE;
}

const char *words_outcome(const struct comparison *c)
{
	static const char *const words[] = {
		[NEWS_REGRESSION] = "REGRESSION",
		[NEWS_SLOWER] = "slower",
		[NEWS_FASTER] = "faster",
		[NEWS_SUSPECT] = "suspect",
		[NEWS_IDENTICAL] = "identical inputs",
		[NEWS_INCONCLUSIVE] = "inconclusive",
		[NEWS_NONE] = "no regression",
	};

	return words[news_of(c)];
}

const char *words_outcome_id(const struct comparison *c)
{
	switch (news_of(c)) {
	case NEWS_REGRESSION: return "regression";
	case NEWS_NONE: return "no_regression";
	case NEWS_IDENTICAL: return "identical";
	default: return words_outcome(c);
	}
}

static void put_others(struct buf *b, const struct comparison *c, const struct row *lead)
{
	size_t n = 0;

	for (const struct row *r = lead + 1; r < c->row + c->nlisted; r++)
		n += (r->up == lead->up || lead->verdict == SUSPECT) && r->gated == lead->gated &&
		     r->verdict != UNSURE && r->verdict != MOVED;
	if (n)
		buf_printf(b, "; and %zu more", n);
}

/* The gate failed for another reason than a row. */
static void put_gate_without_row(struct buf *b, const struct comparison *c)
{
	size_t i = 0;

	if (c->total_row.gated) {
		words_whole_change(b, c);
		buf_add(b, S(", and no function stands out"));
		return;
	}
	while (i < c->o->nbudget && !c->budget[i].exceeded)
		i++;
	words_budget(b, c, i);
}

static void put_total_rose(struct buf *b, const struct comparison *c)
{
	words_whole_change(b, c);
	if (c->blind) {
		buf_add(b, S("; which function it is was not to be seen: "));
		words_blindness(b, c);
	} else {
		buf_add(b, S("; no function is surely slower"));
	}
	buf_add(b, S("; the gate fails for it with --fail-on total"));
}

static void put_identical(struct buf *b, const struct comparison *c)
{
	size_t n = c->design.k[BASE];

	buf_add(b, S("both sides are the same "));
	if (n > 1)
		buf_printf(b, "%zu ", n);
	buf_add(b, n > 1 ? S("runs") : S("run"));
	if (c->design.metric == METRIC_SHARE) {
		buf_printf(b, ", of %.0f samples", c->design.total_samples / 2);
		return;
	}
	buf_add(b, n > 1 ? S(", each of ") : S(", of "));
	words_cost(b, c, c->total.cost[BASE]);
}

/* The row that the first line is about, or NULL if it is about the whole. */
static const struct row *news_row(const struct comparison *c)
{
	const struct row *lead = lead_row(c);

	switch (news_of(c)) {
	case NEWS_IDENTICAL:
	case NEWS_INCONCLUSIVE:
	case NEWS_NONE: return NULL;
	case NEWS_SLOWER: return lead && lead->up ? lead : NULL;
	default: return lead;
	}
}

static void put_headline(struct buf *b, const struct comparison *c)
{
	const struct row *about = news_row(c);
	enum news news = news_of(c);

	buf_printf(b, "%s: ", words_outcome(c));
	switch (news) {
	case NEWS_IDENTICAL: put_identical(b, c); return;
	case NEWS_INCONCLUSIVE: words_inconclusive(b, c); return;
	case NEWS_NONE:
		words_whole_change(b, c);
		words_would_be_found(b, c);
		words_replacement(b, c, lead_row(c));
		return;
	default: break;
	}
	if (about) {
		words_headline(b, c, about);
		put_others(b, c, about);
	} else if (news == NEWS_REGRESSION) {
		put_gate_without_row(b, c);
	} else if (news == NEWS_SLOWER) {
		put_total_rose(b, c);
	} else {
		words_whole_change(b, c);
	}
	if (news == NEWS_SLOWER && about)
		buf_add(b, S("; not as surely as the gate requires"));
	if (news == NEWS_SUSPECT)
		buf_add(b, S("; too few runs to be sure: record five or more of each (prof-record "
			     "--ab)"));
}

void words_about(struct buf *b, const struct comparison *c)
{
	const struct row *about = news_row(c);

	buf_printf(b, "%s: ", words_outcome(c));
	if (about) {
		words_subject(b, c, about);
		if (about->test.cost[BASE] > 0 && about->test.cost[NEW] > 0) {
			buf_ch(b, ' ');
			words_change(b, about->test.change);
		} else {
			buf_add(b, about->up ? S(" is new") : S(" is gone"));
		}
		buf_add(b, S("; in all, "));
	}
	words_total(b, c, "\xe2\x86\x92");
	buf_printf(b, ", %zu v %zu runs%s", c->design.k[BASE], c->design.k[NEW],
		   c->design.paired ? " in pairs" : "");
}

/* The second line and the third */

static void put_whole(struct buf *b, const struct comparison *c)
{
	static const char *const orders[] = { "in unknown order", "interleaved",
					      "one side after the other" };
	const struct design *d = &c->design;

	buf_add(b, S("total: "));
	words_total(b, c, "->");
	buf_printf(b, "; runs: %zu v %zu, %s", d->k[BASE], d->k[NEW],
		   d->paired ? "interleaved, compared in pairs" : orders[d->order]);
}

void words_budget(struct buf *b, const struct comparison *c, size_t i)
{
	const struct budget_result *r = &c->budget[i];

	buf_printf(b, "budget %s: ", c->o->budget[i].text);
	words_share(b, r->share);
	buf_add(b, S(" of the new side (at least "));
	words_share(b, r->low);
	buf_printf(b, "), %s", r->exceeded ? "EXCEEDED" : "kept");
}

bool words_news(struct buf *b, const struct comparison *c, size_t line)
{
	void (*const always[])(struct buf *, const struct comparison *) = { put_headline, put_whole,
									    words_power };
	const char *warning;

	if (line < LEN(always)) {
		always[line](b, c);
		return true;
	}
	line -= LEN(always);
	if (line < c->o->nbudget) {
		words_budget(b, c, line);
		return true;
	}
	line -= c->o->nbudget;
	if (c->required.share > 0 && !line--) {
		words_required(b, c);
		return true;
	}
	warning = design_warning(&c->design, line);
	if (warning)
		buf_printf(b, "warning: %s", warning);
	return warning;
}
