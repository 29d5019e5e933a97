#include "compare/diff_words.h"

#include <math.h>
#include <stdio.h>

#include "io/escape.h"
#include "profile/unit.h"

/* Numbers */

static void put_percent(struct buf *b, double percent, const char *sign)
{
	double size = fabs(percent);
	int decimals = size < 0.095 ? 2 : size < 9.95 ? 1 : 0;

	if (!isfinite(percent))
		buf_printf(b, "%s", percent > 0 ? "+inf" : "-100%");
	else if (size >= 1e5)
		buf_printf(b, "%c%.3g%%", percent < 0 ? '-' : '+', size);
	else if (size < 0.005)
		buf_add(b, S("0%"));
	else
		buf_printf(b, sign[0] == '+' ? "%+.*f%%" : "%.*f%%", decimals, percent);
}

void words_change(struct buf *b, double change)
{
	put_percent(b, 100 * expm1(change), "+");
}

void words_interval(struct buf *b, const struct row *r)
{
	buf_ch(b, '[');
	words_change(b, r->low);
	buf_add(b, S(", "));
	words_change(b, r->high);
	buf_ch(b, ']');
}

void words_share(struct buf *b, double share)
{
	put_percent(b, 100 * share, "");
}

static void put_grouped(struct buf *b, double v)
{
	char digits[32];
	int n = snprintf(digits, sizeof(digits), "%.0f", fabs(v));

	if (v < 0)
		buf_ch(b, '-');
	for (int i = 0; i < n && n < (int)sizeof(digits); i++) {
		buf_ch(b, digits[i]);
		if (i + 1 < n && (n - 1 - i) % 3 == 0)
			buf_ch(b, ',');
	}
}

void words_cost(struct buf *b, const struct comparison *c, double cost)
{
	struct str unit = profile_text(&c->runs->profile, c->runs->unit);

	if (c->design.metric == METRIC_SHARE)
		words_share(b, cost);
	else if (c->design.metric != METRIC_SAMPLES)
		unit_print(b, cost, S("nanoseconds"));
	else if (unit_is_known(unit))
		unit_print(b, cost, unit);
	else if (fabs(cost) < 100)
		buf_printf(b, "%.3g", cost);
	else
		put_grouped(b, cost);
}

/* "20.3k" */
static void put_count(struct buf *b, double v)
{
	if (v < 1e4)
		buf_printf(b, "%.0f", v);
	else if (v < 1e6)
		buf_printf(b, "%.0fk", v / 1e3);
	else
		buf_printf(b, "%.1fM", v / 1e6);
}

/* The whole */

const char *words_outcome(const struct comparison *c)
{
	bool suspect = false;

	for (size_t i = 0; i < c->nrow; i++)
		suspect |= c->row[i].verdict == SUSPECT;
	if (c->gated)
		return "REGRESSION";
	if (c->design.identical)
		return "identical inputs";
	if (c->outcome == UNDERPOWERED)
		return "too little data";
	if (suspect)
		return "suspect";
	return c->unsure ? "inconclusive" : "no regression";
}

static void put_metric(struct buf *b, const struct comparison *c)
{
	switch (c->design.metric) {
	case METRIC_CPU: buf_add(b, S("CPU time")); break;
	case METRIC_WALL: buf_add(b, S("wall time")); break;
	case METRIC_SHARE: buf_add(b, S("share of all samples")); break;
	default: buf_add(b, profile_text(&c->runs->profile, c->runs->type)); break;
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

static void put_runs(struct buf *b, const struct comparison *c)
{
	static const char *const orders[] = { "in unknown order", "interleaved",
					      "one side after the other" };
	const struct design *d = &c->design;
	double samples[2] = { 0 };

	for (size_t r = 0; r < d->n; r++)
		samples[r >= d->k[BASE]] += d->samples[r];
	buf_printf(b, "runs: %zu v %zu, %s, ", d->k[BASE], d->k[NEW],
		   d->paired ? "in pairs" : orders[d->order]);
	put_count(b, samples[BASE]);
	buf_add(b, S(" v "));
	put_count(b, samples[NEW]);
	buf_add(b, S(" samples, "));
	buf_add(b, d->cross_host  ? S("recorded differently") :
		   !d->host_known ? S("host not known") :
				    S("one host"));
}

static void put_noise(struct buf *b, const struct comparison *c)
{
	const struct noise *n = &main_family(c)->noise;

	if (!(n->df > 0)) {
		buf_add(b, S("noise: not known from one run a side; verdicts are advice only"));
		return;
	}
	buf_printf(b, "noise: sampling %.2f times Poisson's, run to run ", n->phi);
	words_share(b, sqrt(n->tau2));
	if (c->total.df > 0 && c->design.metric != METRIC_SHARE) {
		buf_add(b, S(", of the total "));
		words_share(b, sqrt(c->total.own));
	}
}

static void put_power(struct buf *b, const struct comparison *c)
{
	buf_add(b, S("smallest change that would be found:"));
	if (!isfinite(c->power[0].effect) && !isfinite(c->power[2].effect)) {
		buf_add(b, S(" not known"));
		return;
	}
	for (size_t i = 0; i < LEN(c->power); i++) {
		buf_add(b, i ? S(", ") : S(" "));
		put_percent(b, 100 * c->power[i].effect, "+");
		buf_add(b, S(" of a "));
		words_share(b, c->power[i].share);
		buf_add(b, S(" share"));
	}
}

static void put_required(struct buf *b, const struct comparison *c)
{
	bool met = c->required.effect <= c->o->power_effect;

	buf_add(b, S("required power: "));
	put_percent(b, 100 * c->o->power_effect, "+");
	buf_add(b, S(" of a "));
	words_share(b, c->required.share);
	buf_printf(b, " share, %s: the data can show ", met ? "reached" : "NOT reached");
	put_percent(b, 100 * c->required.effect, "+");
}

static void put_blame(struct buf *b, const struct comparison *c)
{
	double change = test_cost(&c->total);

	buf_add(b, S("most of the change is in "));
	words_path(b, c->blame);
	if (c->total_row.low > 0 && change > 0) {
		buf_add(b, S("; rows explain "));
		words_share(b, fmax(0, fmin(1, c->explained / change)));
		buf_add(b, S(" of it"));
	}
}

static void put_budget(struct buf *b, const struct comparison *c, size_t i)
{
	const struct budget_result *r = &c->budget[i];

	buf_printf(b, "budget %s: ", c->o->budget[i].text);
	words_share(b, r->share);
	buf_printf(b, ", %s", r->exceeded ? "EXCEEDED" : "kept");
}

bool words_opening(struct buf *b, const struct comparison *c, size_t line)
{
	void (*const always[])(struct buf *, const struct comparison *) = { put_runs, put_noise,
									    put_power };
	const char *warning;

	if (line < LEN(always)) {
		always[line](b, c);
		return true;
	}
	line -= LEN(always);
	if (c->required.share > 0 && !line--) {
		put_required(b, c);
		return true;
	}
	if (c->blame.n && !line--) {
		put_blame(b, c);
		return true;
	}
	if (c->design.metric == METRIC_SHARE && !line--) {
		buf_add(b, S("shares add up to 100%: where one grows, all others shrink"));
		return true;
	}
	if (line < c->o->nbudget) {
		put_budget(b, c, line);
		return true;
	}
	warning = design_warning(&c->design, line - c->o->nbudget);
	if (warning)
		buf_printf(b, "warning: %s", warning);
	return warning;
}

/* Rows */

void words_path(struct buf *b, struct str path)
{
	while (path.p) {
		clean_text(b, str_cut(&path, ';'));
		if (path.p)
			buf_ch(b, '>');
	}
}

void words_place(struct buf *b, const struct comparison *c, const struct row *r)
{
	uint32_t line;
	struct str file = items_file(&c->items, r->item, &line);

	words_path(b, file);
	if (file.n && line)
		buf_printf(b, ":%u", line);
}

void words_name(struct buf *b, const struct comparison *c, uint32_t item)
{
	struct buf name = { 0 };

	items_name(&c->items, item, &name);
	words_path(b, buf_str(&name));
	buf_release(&name);
}

void words_note(struct buf *b, const struct comparison *c, const struct row *r)
{
	size_t from = b->n;

	if (r->path.n)
		words_path(b, r->path);
	if (r->from) {
		buf_add(b, b->n > from ? S(", from ") : S("from "));
		words_name(b, c, r->from);
	}
	if (r->because) {
		buf_add(b, S("because of "));
		words_name(b, c, r->because);
	}
	if (r->verdict == UNSURE && r->runs_needed > 0)
		buf_printf(b, "needs %.0f runs a side", r->runs_needed);
}

const char *words_item(const struct comparison *c)
{
	static const char *const words[] = { "function", "path", "module", "file" };

	return words[c->o->by];
}

const char *words_kind(const struct row *r)
{
	return r->kind == SELF ? "self" : "incl";
}

const char *const words_heads[WORDS_CELLS] = { "verdict", "item",   "",  "base", "new",
					       "cost",    "change", "q", "" };
const bool words_right[WORDS_CELLS] = { [3] = true, [4] = true, [5] = true, [7] = true };

static void end_cell(struct buf *b)
{
	buf_ch(b, '\0');
}

/* A share of what one run of that side costs. */
static void put_side(struct buf *b, const struct comparison *c, const struct row *r, enum side side)
{
	words_share(b, r->test.cost[side] / c->total.cost[side]);
	end_cell(b);
}

static void put_change(struct buf *b, const struct row *r)
{
	if (r->test.cost[BASE] > 0 && r->test.cost[NEW] > 0) {
		words_change(b, r->test.change);
		if (isfinite(r->low) && isfinite(r->high)) {
			buf_ch(b, ' ');
			words_interval(b, r);
		}
	}
	end_cell(b);
}

void words_cells(struct buf *b, const struct comparison *c, const struct row *r)
{
	buf_add(b, str_of(verdict_word(r->verdict)));
	end_cell(b);
	words_name(b, c, r->item);
	end_cell(b);
	buf_add(b, str_of(words_kind(r)));
	end_cell(b);
	put_side(b, c, r, BASE);
	put_side(b, c, r, NEW);
	put_percent(b, 100 * test_cost(&r->test) / c->total.cost[BASE], "+");
	end_cell(b);
	put_change(b, r);
	buf_printf(b, r->q < 0.001 ? "%.0e" : "%.2g", r->q);
	end_cell(b);
	words_note(b, c, r);
	if (b->n && b->p[b->n - 1])
		buf_add(b, S("  "));
	words_place(b, c, r);
	end_cell(b);
}

void words_finding(struct buf *b, const struct comparison *c, const struct row *r)
{
	words_name(b, c, r->item);
	buf_printf(b, " (%s) is %s: ", words_kind(r),
		   r->verdict == UNSURE ? "inconclusive" : verdict_word(r->verdict));
	put_percent(b, 100 * test_cost(&r->test) / c->total.cost[BASE], "+");
	buf_add(b, S(" of the total"));
	if (r->test.cost[BASE] > 0 && r->test.cost[NEW] > 0) {
		buf_add(b, S(", "));
		words_change(b, r->test.change);
		buf_ch(b, ' ');
		words_interval(b, r);
	}
	buf_printf(b, ", q=%.2g", r->q);
	if (r->path.n || r->from || r->because || r->runs_needed > 0)
		buf_add(b, S(", "));
	words_note(b, c, r);
}

const char *words_rule(const struct row *r)
{
	if (r->verdict == APPEARED)
		return "prof/new-cost";
	return r->kind == SELF ? "prof/self-regression" : "prof/subtree-regression";
}

void words_fingerprint(struct buf *b, const struct comparison *c, const struct row *r)
{
	uint64_t h = 0xcbf29ce484222325;
	size_t from = b->n;

	buf_add(b, str_of(words_rule(r)));
	words_name(b, c, r->item);
	for (size_t i = from; i < b->n; i++)
		h = (h ^ (uint8_t)b->p[i]) * 0x100000001b3;
	b->n = from;
	buf_printf(b, "%016llx", (unsigned long long)h);
}

bool words_is_worse(const struct row *r)
{
	return r->gated || r->verdict == SLOWER || r->verdict == APPEARED || r->verdict == SUSPECT;
}
