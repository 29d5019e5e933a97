#include "compare/reports/diff_power.h"

#include <math.h>

#include "compare/power.h"
#include "compare/reports/diff_words.h"

/* If the smallest change that would be found is larger than this, practically none would be. */
static const double BLIND = 4; /* +400% */

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
void words_blindness(struct buf *b, const struct comparison *c)
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

void words_inconclusive(struct buf *b, const struct comparison *c)
{
	const struct row *r = unsure_row(c);

	if (c->blind || c->outcome == UNDERPOWERED) {
		words_blindness(b, c);
	} else if (r) {
		put_unsure(b, c, r);
	} else {
		words_whole_change(b, c);
		put_advice(b, c, 0.1, 0.2);
	}
}

void words_would_be_found(struct buf *b, const struct comparison *c)
{
	const struct power *p = &c->power[2];

	buf_add(b, S("; "));
	words_signed(b, p->effect);
	buf_add(b, S(" of a "));
	words_chosen(b, p->share);
	buf_add(b, S(" share would have been found"));
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

void words_power(struct buf *b, const struct comparison *c)
{
	if (c->design.identical)
		buf_add(b,
			S("smallest change that would be found: not known from identical inputs"));
	else
		words_detectable(b, c->power);
}

void words_required(struct buf *b, const struct comparison *c)
{
	bool met = c->required.effect <= c->o->power_effect;

	buf_add(b, S("required power: "));
	words_signed(b, c->o->power_effect);
	buf_add(b, S(" of a "));
	words_chosen(b, c->required.share);
	buf_printf(b, " share, %s: the data can show ", met ? "reached" : "NOT reached");
	words_signed(b, c->required.effect);
}
