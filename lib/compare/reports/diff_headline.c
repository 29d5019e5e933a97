#include "compare/reports/diff_headline.h"

#include <math.h>

#include "compare/reports/diff_words.h"
#include "io/number.h"

enum { LONGEST_NAME = 80 }; /* in a sentence */

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
bool words_is_replacement(const struct comparison *c, const struct row *r)
{
	enum side less = r->up ? BASE : NEW;

	return r->test.cost[less] * ONE_SIDED < r->test.cost[!less] && is_made_up_for(c, r);
}

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
		words_metric(b, c);
	}
	if (isfinite(r->low) && isfinite(r->high)) {
		buf_ch(b, ' ');
		words_interval(b, r);
	}
	buf_add(b, S("; it had "));
	words_share(b, r->test.cost[BASE] / c->total.cost[BASE]);
	buf_add(b, S(" of the base"));
}

void words_subject(struct buf *b, const struct comparison *c, const struct row *r)
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
	words_subject(b, c, r);
	buf_add(b, S(" with "));
	words_share(b, r->test.cost[BASE] / c->total.cost[BASE]);
	buf_add(b, S(" of the base"));
}

void words_headline(struct buf *b, const struct comparison *c, const struct row *r)
{
	const struct row *replaced = replaced_row(c, r);
	double cost = test_cost(&r->test) + (replaced ? test_cost(&replaced->test) : 0);

	words_subject(b, c, r);
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
		words_whole_change(b, c);
		return;
	}
	buf_add(b, S(", so the whole takes "));
	words_share(b, fabs(cost / c->total.cost[BASE]));
	buf_add(b, cost > 0 ? S(" more") : S(" less"));
}

/* "; parse_v2 is new, with 12% of the new side, in place of other code" */
void words_replacement(struct buf *b, const struct comparison *c, const struct row *r)
{
	if (!r)
		return;
	buf_add(b, S("; "));
	words_subject(b, c, r);
	put_presence(b, c, r);
	buf_add(b, r->up ? S(", in place of other code") : S(", and other code is in its place"));
}
