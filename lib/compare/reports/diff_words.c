#include "compare/reports/diff_words.h"

#include <math.h>

#include "compare/permute.h"
#include "io/escape.h"
#include "io/number.h"
#include "profile/unit.h"

enum { LONGEST_PATH = 100 }; /* in a sentence */

/* Names and paths */

void words_path(struct buf *b, struct str path)
{
	while (path.p) {
		clean_text(b, str_cut(&path, ';'));
		if (path.p)
			buf_ch(b, '>');
	}
}

static bool begins_character(char c)
{
	return (c & 0xc0) != 0x80;
}

static size_t width_of(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += begins_character(s.p[i]);
	return n;
}

/* The byte at which the n-th character begins. */
static size_t character_at(struct str s, size_t n)
{
	size_t at = 0;

	for (; at < s.n; at++)
		if (begins_character(s.p[at]) && !n--)
			break;
	return at;
}

void words_within(struct buf *b, struct str s, size_t longest)
{
	const size_t dots = 3;
	size_t width = width_of(s), head;

	if (!longest || width <= longest) {
		buf_add(b, s);
		return;
	}
	head = (longest - dots) / 2;
	buf_add(b, str(s.p, character_at(s, head)));
	buf_add(b, S("..."));
	buf_add(b, str_skip(s, character_at(s, width - (longest - dots - head))));
}

void words_path_within(struct buf *b, struct str path, size_t longest)
{
	struct str rest = path, first = str_cut(&rest, ';');
	size_t used = width_of(first) + 5; /* ">...>" */

	if (!longest || !rest.p || width_of(path) <= longest) {
		words_path(b, path);
		return;
	}
	while (used + width_of(rest) > longest && str_chr(rest, ';') >= 0)
		str_cut(&rest, ';');
	words_path(b, first);
	buf_add(b, S(">...>"));
	words_path(b, rest);
}

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

void words_chosen(struct buf *b, double fraction)
{
	buf_printf(b, "%g%%", 100 * fraction);
}

struct str words_unit(const struct comparison *c)
{
	switch (c->design.metric) {
	case METRIC_SHARE: return S("");
	case METRIC_SAMPLES: return dict_text(c->runs->profile.dict, c->runs->unit);
	default: return S("nanoseconds");
	}
}

void words_cost(struct buf *b, const struct comparison *c, double cost)
{
	struct str unit = words_unit(c);

	if (c->design.metric == METRIC_SHARE)
		words_share(b, cost);
	else if (unit_is_known(unit))
		unit_print(b, cost, unit);
	else if (fabs(cost) < 100)
		buf_printf(b, "%.3g", cost);
	else
		number_grouped(b, cost);
}

void words_p(struct buf *b, double p)
{
	if (p < 0.001)
		buf_add(b, S("<0.001"));
	else
		buf_printf(b, "%.2g", p);
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

/* How it was measured */

static void put_samples(struct buf *b, const struct comparison *c)
{
	const struct design *d = &c->design;
	double samples[2] = { 0 };

	for (size_t r = 0; r < d->n; r++)
		samples[r >= d->k[BASE]] += d->samples[r];
	buf_add(b, S("samples: "));
	put_count(b, samples[BASE]);
	buf_add(b, S(" v "));
	put_count(b, samples[NEW]);
	buf_add(b, d->cross_host  ? S(", recorded differently") :
		   !d->host_known ? S(", host not known") :
				    S(", on one host"));
}

static void put_noise(struct buf *b, const struct comparison *c)
{
	const struct noise *n = &main_family(c)->noise;

	buf_add(b, S("noise: "));
	if (c->design.identical || !(n->df > 0)) {
		buf_add(b, c->design.identical ? S("not known from identical inputs") :
						 S("not known from one run a side"));
		return;
	}
	buf_printf(b, "sampling %.2f times Poisson's, run to run ", noise_typical(n) * n->phi);
	words_share(b, sqrt(noise_typical(n) * n->tau2));
	if (c->total.df > 0 && c->design.metric != METRIC_SHARE) {
		buf_add(b, S(", of the total "));
		words_share(b, sqrt(c->total.own));
	}
}

/* What the gate's level needs to be true where no labelling of the runs is rare enough. */
static void put_assumption(struct buf *b, const struct comparison *c)
{
	size_t enough = permute_runs(&c->design, c->confirm_q);

	if (c->design.identical || !(main_family(c)->noise.df > 0))
		return;
	buf_add(b, S(" if runs scatter normally"));
	if (enough)
		buf_printf(b, " (with %zu a side, random labellings confirm it)", enough);
}

static void put_tests(struct buf *b, const struct comparison *c)
{
	buf_printf(b, "tests: %zu, of changes beyond ", c->nrow);
	words_chosen(b, c->o->min_effect);
	buf_printf(b, "; %zu row%s listed at a false discovery rate of ", c->nlisted,
		   c->nlisted == 1 ? "" : "s");
	words_chosen(b, c->o->q);
	if (!c->can_gate)
		return;
	buf_add(b, S("; the gate fails by chance in "));
	words_chosen(b, c->o->gate_q);
	if (c->permuted)
		buf_add(b, S(", which random labellings of the runs confirm"));
	else
		put_assumption(b, c);
}

static void put_blame(struct buf *b, const struct comparison *c)
{
	buf_add(b, S("most of the rise is in "));
	words_path_within(b, c->blame, LONGEST_PATH);
	buf_add(b, S("; rows explain "));
	words_share(b, fmax(0, fmin(1, c->explained / test_cost(&c->total))));
	buf_add(b, S(" of it"));
}

bool words_method(struct buf *b, const struct comparison *c, size_t line)
{
	void (*const always[])(struct buf *, const struct comparison *) = { put_samples, put_noise,
									    put_tests };

	if (line < LEN(always)) {
		always[line](b, c);
		return true;
	}
	line -= LEN(always);
	if (c->blame.n && !line--) {
		put_blame(b, c);
		return true;
	}
	if (c->design.metric == METRIC_SHARE && !line--) {
		buf_add(b, S("shares add up to 100%: where one grows, all others shrink"));
		return true;
	}
	return false;
}

/* The total */

void words_metric(struct buf *b, const struct comparison *c)
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
	words_metric(b, c);
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
void words_whole_change(struct buf *b, const struct comparison *c)
{
	words_metric(b, c);
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
