#include "compare/reports/diff_news.h"

#include <math.h>

#include "compare/power.h"
#include "compare/reports/diff_words.h"
#include "io/number.h"

/* If the smallest change that would be found is larger than this, practically none would be. */
static const double BLIND = 4; /* +400% */

enum { LONGEST_NAME = 80 }; /* in a sentence */

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

/* The change of the total that the row's own change would be. */
static double claim(const struct comparison *c, const struct row *r)
{
	return log1p(test_cost(&r->test) / c->total.cost[BASE]);
}

/* Did the total surely change less than that, so that other code makes up for the row? */
static bool is_made_up_for(const struct comparison *c, const struct row *r)
{
	const struct row *all = &c->total_row;

	if (c->design.metric == METRIC_SHARE || !(c->total.df > 0))
		return false;
	return r->up ? claim(c, r) > all->high : claim(c, r) < all->low;
}

/* Is it code that took the place of other code, or gave it to other code? */
static bool is_replacement(const struct comparison *c, const struct row *r)
{
	enum side less = r->up ? BASE : NEW;

	return r->test.cost[less] * ONE_SIDED < r->test.cost[!less] && is_made_up_for(c, r);
}

static bool total_is(const struct comparison *c, enum verdict v)
{
	return c->total_row.verdict == v && c->total_row.found[TO_LIST];
}

static enum news news_of(const struct comparison *c)
{
	const struct row *lead = lead_row(c);
	bool moves = lead && !is_replacement(c, lead);

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

/* The total */

static void put_metric(struct buf *b, const struct comparison *c)
{
	switch (c->design.metric) {
	case METRIC_CPU: buf_add(b, S("CPU time")); break;
	case METRIC_WALL: buf_add(b, S("wall time")); break;
	case METRIC_SHARE: buf_add(b, S("share of all samples")); break;
	default: buf_add(b, dict_text(c->runs->profile.dict, c->runs->type)); break;
	}
	if (c->design.all_work && c->design.metric != METRIC_SHARE)
		buf_add(b, S(" per unit of work"));
}

void words_total(struct buf *b, const struct comparison *c, const char *arrow)
{
	put_metric(b, c);
	if (c->design.metric == METRIC_SHARE)
		return;
	buf_ch(b, ' ');
	words_cost(b, c, c->total.cost[BASE]);
	buf_printf(b, " %s ", arrow);
	words_cost(b, c, c->total.cost[NEW]);
	buf_add(b, S(", "));
	words_change(b, c->total.change);
	if (!(c->total.df > 0))
		return;
	buf_ch(b, ' ');
	words_interval(b, &c->total_row);
}

/* Append the change of the total, if it is known. */
static void put_whole_change(struct buf *b, const struct comparison *c)
{
	put_metric(b, c);
	if (c->design.metric == METRIC_SHARE) {
		buf_add(b, S(" compared, so the total was not tested (--metric samples tests it)"));
		return;
	}
	buf_add(b, S(" changed by "));
	words_change(b, c->total.change);
	if (c->total.df > 0) {
		buf_ch(b, ' ');
		words_interval(b, &c->total_row);
	}
}

/* One row */

static void put_amount(struct buf *b, const struct comparison *c, const struct row *r)
{
	double change = expm1(r->test.change);
	bool share = c->design.metric == METRIC_SHARE;

	buf_add(b, share ? S(" has a share that is ") : S(" takes "));
	number_percent(b, 100 * fabs(change), false);
	if (share) {
		buf_add(b, r->up ? S(" larger") : S(" smaller"));
	} else {
		buf_add(b, r->up ? S(" more ") : S(" less "));
		put_metric(b, c);
	}
	if (isfinite(r->low) && isfinite(r->high)) {
		buf_ch(b, ' ');
		words_interval(b, r);
	}
	buf_add(b, S("; it had "));
	words_share(b, r->test.cost[BASE] / c->total.cost[BASE]);
	buf_add(b, S(" of the base"));
}

static void put_subject(struct buf *b, const struct comparison *c, const struct row *r)
{
	struct buf name = { 0 };

	words_name(&name, c, r->item);
	words_within(b, buf_str(&name), LONGEST_NAME);
	buf_release(&name);
	if (r->kind == INCLUSIVE && r->alike)
		buf_add(b, S(", with all that it calls,"));
	else if (r->kind == INCLUSIVE)
		buf_add(b, S(", with what it calls,"));
}

/* Code that is on one side only, or nearly so */
static void put_presence(struct buf *b, const struct comparison *c, const struct row *r)
{
	enum side side = r->up ? NEW : BASE;
	double less = r->test.cost[!side] / c->total.cost[!side];

	if (less > 0) {
		buf_add(b, r->up ? S(" has grown from ") : S(" has shrunk to "));
		words_share(b, less);
		buf_add(b, r->up ? S(" of the base to ") : S(" of the new side from "));
	} else {
		buf_add(b, r->up ? S(" is new, with ") : S(" is gone, with "));
	}
	words_share(b, r->test.cost[side] / c->total.cost[side]);
	buf_add(b, r->up ? S(" of the new side") : S(" of the base"));
}

/* The row of the code that is gone, and in whose place a slower one is; or NULL. */
static const struct row *replaced_row(const struct comparison *c, const struct row *r)
{
	if (r->verdict != SLOWER || !r->from || r->test.cost[BASE] > 0)
		return NULL;
	for (size_t i = 0; i < c->nrow; i++)
		if (c->row[i].item == r->from && c->row[i].kind == r->kind &&
		    c->row[i].verdict == GONE)
			return &c->row[i];
	return NULL;
}

static void put_replaced(struct buf *b, const struct comparison *c, const struct row *r)
{
	buf_add(b, S(", in place of "));
	put_subject(b, c, r);
	buf_add(b, S(" with "));
	words_share(b, r->test.cost[BASE] / c->total.cost[BASE]);
	buf_add(b, S(" of the base"));
}

void words_headline(struct buf *b, const struct comparison *c, const struct row *r)
{
	const struct row *replaced = replaced_row(c, r);
	double cost = test_cost(&r->test) + (replaced ? test_cost(&replaced->test) : 0);

	put_subject(b, c, r);
	if (r->test.cost[BASE] > 0 && r->test.cost[NEW] > 0)
		put_amount(b, c, r);
	else
		put_presence(b, c, r);
	if (replaced)
		put_replaced(b, c, replaced);
	if (c->design.metric == METRIC_SHARE)
		return;
	if (is_made_up_for(c, r)) {
		buf_add(b, S("; in all, "));
		put_whole_change(b, c);
		return;
	}
	buf_add(b, S(", so the whole takes "));
	words_share(b, fabs(cost / c->total.cost[BASE]));
	buf_add(b, cost > 0 ? S(" more") : S(" less"));
}

/* "; parse_v2 is new, with 12% of the new side, in place of other code" */
static void put_replacement(struct buf *b, const struct comparison *c, const struct row *r)
{
	if (!r)
		return;
	buf_add(b, S("; "));
	put_subject(b, c, r);
	put_presence(b, c, r);
	buf_add(b, r->up ? S(", in place of other code") : S(", and other code is in its place"));
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

/* What to do when too little can be seen */

static void put_runs_needed(struct buf *b, const struct advice *a, bool first)
{
	if (!(a->runs > 0))
		return;
	buf_printf(b, "%s%.0f more run%s a side", first ? "" : " or ", a->runs,
		   a->runs == 1 ? "" : "s");
}

static void put_advice(struct buf *b, const struct comparison *c, double effect, double share)
{
	struct advice a = power_advice(c, effect, share);

	if (!(a.frequency > 0) && !(a.longer > 0) && !(a.runs > 0)) {
		if (power_effect(c, share) > effect)
			buf_add(b, S("; much longer runs are needed"));
		return;
	}
	buf_add(b, S("; for "));
	words_signed(b, effect);
	buf_add(b, S(" of it record "));
	if (a.frequency > 0)
		buf_printf(b, "with -F %.0f", a.frequency);
	else if (a.longer > 0)
		buf_printf(b, "runs %.0f times as long", a.longer);
	put_runs_needed(b, &a, !(a.frequency > 0) && !(a.longer > 0));
}

/* "less than +58% of a 20% share could not be seen; ..." */
static void put_blindness(struct buf *b, const struct comparison *c)
{
	const struct power *p = c->required.share > 0 ? &c->required : &c->power[2];
	double wanted = c->required.share > 0 ? c->o->power_effect : 0.1;

	if (!isfinite(p->effect)) {
		buf_add(b, S("one run a side does not show how much runs differ: record five or "
			     "more of each (prof-record --ab)"));
		return;
	}
	buf_add(b, p->effect > BLIND ? S("not even ") : S("less than "));
	words_signed(b, fmin(p->effect, BLIND));
	buf_add(b, S(" of a "));
	words_chosen(b, p->share);
	buf_add(b, p->effect > BLIND ? S(" share could be seen") : S(" share could not be seen"));
	put_advice(b, c, wanted, p->share);
}

/* A large row that may have changed, or NULL. */
static const struct row *unsure_row(const struct comparison *c)
{
	for (size_t i = 0; c->unsure && i < c->nlisted; i++)
		if (c->row[i].verdict == UNSURE)
			return &c->row[i];
	return NULL;
}

static void put_unsure(struct buf *b, const struct comparison *c, const struct row *r)
{
	words_name(b, c, r->item);
	buf_add(b, S(" seems to change by "));
	words_change(b, r->test.change);
	buf_ch(b, ' ');
	words_interval(b, r);
	buf_add(b, S("; it had "));
	words_share(b, r->test.cost[BASE] / c->total.cost[BASE]);
	buf_add(b, S(" of the base"));
	if (r->runs_needed > 0)
		buf_printf(b, "; %.0f runs a side would decide", r->runs_needed);
	else
		put_advice(b, c, 0.1, 0.2);
}

static void put_inconclusive(struct buf *b, const struct comparison *c)
{
	const struct row *r = unsure_row(c);

	if (c->blind || c->outcome == UNDERPOWERED) {
		put_blindness(b, c);
	} else if (r) {
		put_unsure(b, c, r);
	} else {
		put_whole_change(b, c);
		put_advice(b, c, 0.1, 0.2);
	}
}

static void put_detectable(struct buf *b, const struct comparison *c)
{
	const struct power *p = &c->power[2];

	buf_add(b, S("; "));
	words_signed(b, p->effect);
	buf_add(b, S(" of a "));
	words_chosen(b, p->share);
	buf_add(b, S(" share would have been found"));
}

/* The gate failed for another reason than a row. */
static void put_gate_without_row(struct buf *b, const struct comparison *c)
{
	size_t i = 0;

	if (c->total_row.gated) {
		put_whole_change(b, c);
		buf_add(b, S(", and no function stands out"));
		return;
	}
	while (i < c->o->nbudget && !c->budget[i].exceeded)
		i++;
	words_budget(b, c, i);
}

static void put_total_rose(struct buf *b, const struct comparison *c)
{
	put_whole_change(b, c);
	if (c->blind) {
		buf_add(b, S("; which function it is was not to be seen: "));
		put_blindness(b, c);
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
	case NEWS_INCONCLUSIVE: put_inconclusive(b, c); return;
	case NEWS_NONE:
		put_whole_change(b, c);
		put_detectable(b, c);
		put_replacement(b, c, lead_row(c));
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
		put_whole_change(b, c);
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
		put_subject(b, c, about);
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

void words_detectable(struct buf *b, const struct power power[POWERS])
{
	size_t i;

	buf_add(b, S("smallest change that would be found: "));
	if (!isfinite(power[POWERS - 1].effect)) {
		buf_add(b, S("not known from one run a side"));
		return;
	}
	for (i = POWERS; i > 0 && power[i - 1].effect <= BLIND; i--) {
		buf_add(b, i < POWERS ? S(", ") : S(""));
		words_signed(b, power[i - 1].effect);
		buf_add(b, S(" of a "));
		words_chosen(b, power[i - 1].share);
		buf_add(b, S(" share"));
	}
	if (!i)
		return;
	buf_add(b, i < POWERS ? S("; in a share of ") : S("none; in a share of "));
	words_chosen(b, power[i - 1].share);
	buf_add(b, i > 1 ? S(" or less, not even five times the cost is seen") :
			   S(", not even five times the cost is seen"));
}

static void put_power(struct buf *b, const struct comparison *c)
{
	if (c->design.identical)
		buf_add(b,
			S("smallest change that would be found: not known from identical inputs"));
	else
		words_detectable(b, c->power);
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

static void put_required(struct buf *b, const struct comparison *c)
{
	bool met = c->required.effect <= c->o->power_effect;

	buf_add(b, S("required power: "));
	words_signed(b, c->o->power_effect);
	buf_add(b, S(" of a "));
	words_chosen(b, c->required.share);
	buf_printf(b, " share, %s: the data can show ", met ? "reached" : "NOT reached");
	words_signed(b, c->required.effect);
}

bool words_news(struct buf *b, const struct comparison *c, size_t line)
{
	void (*const always[])(struct buf *, const struct comparison *) = { put_headline, put_whole,
									    put_power };
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
		put_required(b, c);
		return true;
	}
	warning = design_warning(&c->design, line);
	if (warning)
		buf_printf(b, "warning: %s", warning);
	return warning;
}
