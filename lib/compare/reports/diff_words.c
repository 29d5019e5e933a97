#include "compare/reports/diff_words.h"

#include <math.h>

#include "io/number.h"
#include "profile/unit.h"

/* Numbers */

void words_signed(struct buf *b, double fraction)
{
	number_percent(b, 100 * fraction, true);
}

void words_change(struct buf *b, double change)
{
	words_signed(b, expm1(change));
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
	number_percent(b, 100 * share, false);
}

void words_cost(struct buf *b, const struct comparison *c, double cost)
{
	struct str unit = dict_text(c->runs->profile.dict, c->runs->unit);

	if (c->design.metric == METRIC_SHARE)
		words_share(b, cost);
	else if (c->design.metric != METRIC_SAMPLES)
		unit_print(b, cost, S("nanoseconds"));
	else if (unit_is_known(unit))
		unit_print(b, cost, unit);
	else if (fabs(cost) < 100)
		buf_printf(b, "%.3g", cost);
	else
		number_grouped(b, cost);
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
	if (c->outcome == UNDERPOWERED && !comparison_is_single(c))
		return "too little data";
	if (suspect)
		return "suspect";
	if (c->outcome == UNDERPOWERED || c->blind)
		return "too little data";
	return c->unsure ? "inconclusive" : "no regression";
}

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
		buf_add(b,
			S("noise: not known from one run a side, so this is advice: compare several, as of prof-record --ab"));
		return;
	}
	buf_printf(b, "noise: sampling %.2f times Poisson's, run to run ",
		   noise_typical(n) * n->phi);
	words_share(b, sqrt(noise_typical(n) * n->tau2));
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
		words_signed(b, c->power[i].effect);
		buf_add(b, S(" of a "));
		words_share(b, c->power[i].share);
		buf_add(b, S(" share"));
	}
}

static void put_required(struct buf *b, const struct comparison *c)
{
	bool met = c->required.effect <= c->o->power_effect;

	buf_add(b, S("required power: "));
	words_signed(b, c->o->power_effect);
	buf_add(b, S(" of a "));
	words_share(b, c->required.share);
	buf_printf(b, " share, %s: the data can show ", met ? "reached" : "NOT reached");
	words_signed(b, c->required.effect);
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
