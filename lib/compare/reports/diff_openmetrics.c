/*
 * OpenMetrics 1.0: gauges, for GitLab's metrics reports or for a time series. Changes are
 * fractions; costs of rows are fractions of the base's total.
 */
#include <math.h>

#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/escape.h"

static void put_type(struct buf *b, const char *name, const char *help)
{
	buf_printf(b, "# TYPE prof_diff_%s gauge\n# HELP prof_diff_%s %s\n", name, name, help);
}

static void put_number(struct buf *b, double v)
{
	buf_ch(b, ' ');
	if (isfinite(v))
		buf_printf(b, "%.10g\n", v);
	else
		buf_add(b, isnan(v) ? S("NaN\n") : v > 0 ? S("+Inf\n") : S("-Inf\n"));
}

static void put_plain(struct buf *b, const char *name, const char *help, double v)
{
	put_type(b, name, help);
	buf_printf(b, "prof_diff_%s", name);
	put_number(b, v);
}

static void put_sides(struct buf *b, const char *name, const char *help, double base, double new)
{
	put_type(b, name, help);
	buf_printf(b, "prof_diff_%s{side=\"base\"}", name);
	put_number(b, base);
	buf_printf(b, "prof_diff_%s{side=\"new\"}", name);
	put_number(b, new);
}

static void put_label(struct buf *b, struct str value)
{
	struct buf clean = { 0 };

	clean_text(&clean, value);
	for (size_t i = 0; i < clean.n; i++) {
		if (clean.p[i] == '\\' || clean.p[i] == '"')
			buf_ch(b, '\\');
		buf_ch(b, clean.p[i]);
	}
	buf_release(&clean);
}

/* The change as a fraction; without samples on one side, the logarithm is meaningless. */
static double row_change(const struct row *r)
{
	if (!(r->test.cost[BASE] > 0))
		return INFINITY;
	return r->test.cost[NEW] > 0 ? expm1(r->test.change) : -1;
}

static double row_cost(const struct row *r)
{
	return test_cost(&r->test);
}

static void put_rows(struct buf *b, const struct comparison *c, const char *name, const char *help,
		     double (*value)(const struct row *), double unit)
{
	struct buf item = { 0 };

	put_type(b, name, help);
	for (size_t i = 0; i < c->nlisted; i++) {
		const struct row *r = &c->row[i];

		item.n = 0;
		words_name(&item, c, r->item);
		buf_printf(b, "prof_diff_%s{%s=\"", name, words_item(c));
		put_label(b, buf_str(&item));
		buf_printf(b, "\",kind=\"%s\",verdict=\"%s\"}", words_kind_id(r),
			   words_verdict_id(r));
		put_number(b, value(r) / unit);
	}
	buf_release(&item);
}

/* The share of each budget's functions, and its limit. The gate tests the share's lower bound. */
static void put_budget_numbers(struct buf *b, const struct comparison *c, const char *name,
			       const char *help, double (*value)(const struct comparison *, size_t))
{
	put_type(b, name, help);
	for (size_t i = 0; i < c->o->nbudget; i++) {
		buf_printf(b, "prof_diff_%s{budget=\"", name);
		put_label(b, str_of(c->o->budget[i].text));
		buf_add(b, S("\"}"));
		put_number(b, value(c, i));
	}
}

static double budget_share(const struct comparison *c, size_t i)
{
	return c->budget[i].share;
}

static double budget_exceeded(const struct comparison *c, size_t i)
{
	return c->budget[i].exceeded;
}

static void put_budgets(struct buf *b, const struct comparison *c)
{
	if (!c->o->nbudget)
		return;
	put_budget_numbers(b, c, "budget_share", "Share of functions with a budget", budget_share);
	put_budget_numbers(b, c, "budget_exceeded", "Whether it is more than allowed",
			   budget_exceeded);
}

static double row_gated(const struct row *r)
{
	return r->gated;
}

static void put_power(struct buf *b, const struct comparison *c)
{
	put_type(b, "detectable", "Smallest change found four times in five, by share");
	for (size_t i = 0; i < LEN(c->power); i++) {
		buf_printf(b, "prof_diff_detectable{share=\"%g\"}", c->power[i].share);
		put_number(b, c->power[i].effect);
	}
}

static void write_openmetrics(struct out *out, const struct comparison *c)
{
	const struct row *t = &c->total_row;
	const struct noise *n = &main_family(c)->noise;
	struct buf *b = &out->bytes;

	put_plain(b, "gated", "Whether the gate fails", c->gated);
	put_sides(b, "total", "Cost of a run, in the unit of the metric", c->total.cost[BASE],
		  c->total.cost[NEW]);
	put_plain(b, "total_change", "Change of the total", row_change(t));
	put_plain(b, "total_change_low", "Lower end of its 95% interval", expm1(t->low));
	put_plain(b, "total_change_high", "Upper end of its 95% interval", expm1(t->high));
	put_sides(b, "runs", "Runs compared", (double)c->design.k[BASE], (double)c->design.k[NEW]);
	put_plain(b, "noise_phi", "Dispersion of samples, 1 is Poisson", noise_typical(n) * n->phi);
	put_plain(b, "noise_run_to_run", "Coefficient of variation that runs add",
		  sqrt(noise_typical(n) * n->tau2));
	put_plain(b, "host_match", "Whether all runs are known to be from one host",
		  c->design.host_known && !c->design.cross_host);
	put_plain(b, "total_gated", "Whether the gate fails for the total", c->total_row.gated);
	put_power(b, c);
	put_budgets(b, c);
	put_rows(b, c, "change", "Change of listed rows", row_change, 1);
	put_rows(b, c, "cost", "Change of the total that is theirs", row_cost, c->total.cost[BASE]);
	put_rows(b, c, "row_gated", "Whether the gate fails for listed rows", row_gated, 1);
	buf_add(b, S("# EOF\n"));
	out_flush(out);
}

const struct diff_report diff_report_openmetrics = { "openmetrics", "numbers to be kept",
						     write_openmetrics };
