/*
 * The whole comparison, for programs. Costs are in `unit`; changes, effects and shares are
 * fractions (0.05 = 5% more). Unknown values are null.
 */
#include <math.h>

#include "compare/reports/diff_news.h"
#include "compare/reports/diff_report.h"
#include "compare/reports/diff_words.h"
#include "io/json.h"

static struct str text_of(const struct comparison *c, str_id id)
{
	return dict_text(c->runs->profile.dict, id);
}

static const char *metric_name(const struct comparison *c)
{
	static const char *const names[] = { "auto", "cpu", "share", "samples", "wall" };

	return names[c->design.metric];
}

static void put_change(struct json *j, const struct row *r)
{
	bool both = r->test.cost[BASE] > 0 && r->test.cost[NEW] > 0;

	json_member_double(j, "base", r->test.cost[BASE]);
	json_member_double(j, "new", r->test.cost[NEW]);
	json_member_double(j, "change", both ? expm1(r->test.change) : NAN);
	json_member_double(j, "low", expm1(r->low));
	json_member_double(j, "high", expm1(r->high));
	json_member_double(j, "confidence", 1 - r->alpha);
	json_member_double(j, "p", r->p);
	json_member_double(j, "q", r->q);
}

static void put_name(struct json *j, const char *key, const struct comparison *c, uint32_t item)
{
	struct buf name = { 0 };

	if (!item)
		return;
	items_name(&c->items, item, &name);
	json_member_string(j, key, buf_str(&name));
	buf_release(&name);
}

static void put_row(struct json *j, const struct comparison *c, const struct row *r)
{
	uint32_t line;
	struct str file = words_file(c, r->item, &line);

	json_begin_object(j);
	json_member_string(j, "verdict", str_of(words_verdict_id(r)));
	put_name(j, words_item(c), c, r->item);
	json_member_string(j, "kind", str_of(words_kind_id(r)));
	json_member_bool(j, "gated", r->gated);
	json_member_bool(j, "listed", r->listed);
	put_change(j, r);
	json_member_double(j, "confirmed", c->permuted ? r->confirmed : NAN);
	json_member_double(j, "samples", r->test.mean);
	json_member_double(j, "cost", test_cost(&r->test) / c->total.cost[BASE]);
	if (r->runs_needed > 0)
		json_member_double(j, "runs_needed", r->runs_needed);
	put_name(j, "from", c, r->from);
	put_name(j, "explained_by", c, r->because);
	if (r->path.n)
		json_member_string(j, "blame", r->path);
	if (file.n) {
		json_member_string(j, "file", file);
		if (line)
			json_member_double(j, "line", line);
	}
	json_end_object(j);
}

static void put_side(struct json *j, const struct comparison *c, enum side side)
{
	const struct design *d = &c->design;
	size_t first = side == BASE ? 0 : d->k[BASE];

	json_member_array(j, side == BASE ? "base" : "new");
	for (size_t i = first; i < first + d->k[side]; i++) {
		const struct run *r = d->run[i];

		json_begin_object(j);
		json_member_string(j, "name", text_of(c, r->name));
		json_member_double(j, "samples", r->samples);
		json_member_double(j, "cost", design_total(d, i));
		json_member_double(j, "cpu_ns", r->cpu_ns);
		json_member_double(j, "wall_ns", r->wall_ns);
		json_member_double(j, "work", r->work);
		json_member_string(j, "host", text_of(c, r->host));
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_design(struct json *j, const struct comparison *c)
{
	static const char *const orders[] = { "unknown", "interleaved", "sequential" };
	const struct design *d = &c->design;

	json_member_object(j, "runs");
	put_side(j, c, BASE);
	put_side(j, c, NEW);
	json_end_object(j);
	json_member_bool(j, "paired", d->paired);
	json_member_string(j, "order", str_of(orders[d->order]));
	json_member_bool(j, "identical", d->identical);
	json_member_string(j, "host_match",
			   d->cross_host ? S("no") :
			   d->host_known ? S("yes") :
					   S("unknown"));
}

static void put_noise(struct json *j, const struct comparison *c)
{
	json_member_array(j, "noise");
	for (size_t i = 0; i < KINDS; i++) {
		const struct family *f = &c->family[i];

		json_begin_object(j);
		json_member_string(j, "kind", f->kind == SELF ? S("self") : S("inclusive"));
		json_member_double(j, "tests", (double)f->m);
		json_member_double(j, "phi", noise_typical(&f->noise) * f->noise.phi);
		json_member_double(j, "run_to_run", sqrt(noise_typical(&f->noise) * f->noise.tau2));
		json_member_double(j, "df", f->noise.df);
		json_member_double(j, "prior_df", f->noise.prior_df);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_power(struct json *j, const struct comparison *c)
{
	json_member_array(j, "detectable");
	for (size_t i = 0; i < LEN(c->power); i++) {
		json_begin_object(j);
		json_member_double(j, "share", c->power[i].share);
		json_member_double(j, "effect", c->power[i].effect);
		json_end_object(j);
	}
	json_end_array(j);
	if (!(c->required.share > 0))
		return;
	json_member_object(j, "required");
	json_member_double(j, "share", c->required.share);
	json_member_double(j, "effect", c->o->power_effect);
	json_member_double(j, "detectable", c->required.effect);
	json_end_object(j);
}

static void put_budgets(struct json *j, const struct comparison *c)
{
	json_member_array(j, "budgets");
	for (size_t i = 0; i < c->o->nbudget; i++) {
		json_begin_object(j);
		json_member_string(j, "budget", str_of(c->o->budget[i].text));
		json_member_double(j, "limit", c->o->budget[i].limit);
		json_member_double(j, "share", c->budget[i].share);
		json_member_double(j, "low", c->budget[i].low);
		json_member_bool(j, "exceeded", c->budget[i].exceeded);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_options(struct json *j, const struct options *o)
{
	json_member_object(j, "options");
	json_member_double(j, "min_effect", o->min_effect);
	json_member_double(j, "min_cost", o->min_cost);
	json_member_double(j, "q", o->q);
	json_member_double(j, "gate_q", o->gate_q);
	json_member_double(j, "seed", (double)o->seed);
	json_end_object(j);
}

static void put_total(struct json *j, const struct comparison *c)
{
	json_member_object(j, "total");
	json_member_string(j, "verdict", str_of(words_verdict_id(&c->total_row)));
	json_member_bool(j, "gated", c->total_row.gated);
	put_change(j, &c->total_row);
	if (c->blame.n)
		json_member_string(j, "blame", c->blame);
	json_member_double(j, "explained", c->explained);
	json_end_object(j);
}

/* The sentences that people read first. */
static void put_news(struct json *j, const struct comparison *c)
{
	struct buf line = { 0 };

	words_news(&line, c, 0);
	json_member_string(j, "news", buf_str(&line));
	buf_release(&line);
}

static void write_json(struct out *out, const struct comparison *c)
{
	struct json j = { .b = &out->bytes, .indented = 3 };
	const char *warning;

	json_begin_object(&j);
	json_member_string(&j, "schema", S("prof-diff/1"));
	json_member_string(&j, "outcome", str_of(words_outcome_id(c)));
	put_news(&j, c);
	json_member_bool(&j, "gated", c->gated);
	json_member_string(&j, "metric", str_of(metric_name(c)));
	json_member_string(&j, "unit", words_unit(c));
	json_member_bool(&j, "per_work", c->design.all_work);
	json_member_string(&j, "by", str_of(words_item(c)));
	put_options(&j, c->o);
	put_total(&j, c);
	put_design(&j, c);
	put_noise(&j, c);
	put_power(&j, c);
	put_budgets(&j, c);
	json_member_array(&j, "warnings");
	for (size_t i = 0; (warning = design_warning(&c->design, i)); i++)
		json_put_string(&j, str_of(warning));
	json_end_array(&j);
	json_member_array(&j, "rows");
	for (size_t i = 0; i < c->nrow; i++) {
		put_row(&j, c, &c->row[i]);
		out_flush(out);
	}
	json_end_array(&j);
	json_end_object(&j);
	buf_ch(&out->bytes, '\n');
	out_flush(out);
}

const struct diff_report diff_report_json = { "json", "everything, for programs", write_json };
