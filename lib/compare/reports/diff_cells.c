#include "compare/reports/diff_cells.h"

#include <math.h>

#include "compare/reports/diff_words.h"
#include "io/number.h"
#include "profile/unit.h"

const bool cells_right[CELLS] = { [3] = true, [4] = true, [6] = true, [7] = true, [8] = true };

static void end_cell(struct cells *t)
{
	buf_ch(&t->text, '\0');
}

static void put_text(struct cells *t, const char *text)
{
	buf_add(&t->text, str_of(text));
	end_cell(t);
}

/* Paths */

/* Cut *common to whole frames with which the path begins, except the path's last one. */
static void keep_common(struct str *common, struct str path)
{
	size_t n = 0;

	for (size_t i = 0; i < path.n && i < common->n && path.p[i] == common->p[i]; i++)
		if (path.p[i] == ';')
			n = i + 1;
	common->n = n;
}

static void find_common(struct cells *t)
{
	size_t npath = 0;

	for (size_t i = 0; i < t->c->nlisted; i++) {
		struct str path = t->c->row[i].path;

		if (!path.n)
			continue;
		if (!npath++)
			t->common = path;
		else
			keep_common(&t->common, path);
	}
	if (npath < 2)
		t->common = S("");
}

/* Costs */

/* Choose the unit in which the costs of the table read best. */
static void find_unit(struct cells *t)
{
	double least = INFINITY, most = 0;
	size_t digits = 0;

	t->unit = words_unit(t->c);
	for (size_t i = 0; i < 2 * t->c->nlisted; i++) {
		double cost = t->c->row[i / 2].test.cost[i % 2];

		if (!(cost > 0))
			continue;
		least = fmin(least, cost);
		most = fmax(most, cost);
	}
	if (!(most > 0) || !unit_is_known(t->unit))
		return;
	unit_print(&t->shown, unit_common(least, most, t->unit), t->unit);
	while (digits < t->shown.n && strchr("-+.0123456789", t->shown.p[digits]))
		digits++;
	t->shown.n -= digits;
	memmove(t->shown.p, t->shown.p + digits, t->shown.n);
}

static void put_cost(struct cells *t, double cost)
{
	if (t->shown.n && unit_convert(&cost, t->unit, buf_str(&t->shown)))
		number_fixed(&t->text, cost, 2);
	else
		words_cost(&t->text, t->c, cost);
	end_cell(t);
}

/* "base s/run" */
static void put_cost_head(struct cells *t, const char *side)
{
	buf_printf(&t->text, "%s ", side);
	if (t->c->design.metric == METRIC_SHARE) {
		put_text(t, "share");
		return;
	}
	buf_add(&t->text, t->shown.n ? buf_str(&t->shown) :
				       dict_text(t->c->runs->profile.dict, t->c->runs->type));
	put_text(t, t->c->design.all_work ? "/work" : "/run");
}

static void put_change(struct cells *t, const struct row *r)
{
	if (r->test.cost[BASE] > 0 && r->test.cost[NEW] > 0) {
		words_change(&t->text, r->test.change);
		if (isfinite(r->low) && isfinite(r->high)) {
			buf_ch(&t->text, ' ');
			words_interval(&t->text, r);
		}
	}
	end_cell(t);
}

/* Append path, note and place, as far as they are known. */
static void put_about(struct cells *t, const struct row *r)
{
	struct buf *b = &t->text, place = { 0 };
	size_t from = b->n;

	if (str_chr(r->path, ';') >= 0)
		words_path_within(b, str_skip(r->path, t->common.n), t->longest);
	for (int i = 0; i < 2; i++) {
		place.n = 0;
		(i ? words_place : words_note)(&place, t->c, r);
		if (!place.n)
			continue;
		buf_add(b, b->n > from ? S("  ") : S(""));
		words_within(b, buf_str(&place), t->longest);
	}
	buf_release(&place);
	end_cell(t);
}

void cells_begin(struct cells *t, const struct comparison *c, size_t longest)
{
	*t = (struct cells){ .c = c, .longest = longest };
	find_common(t);
	find_unit(t);
}

void cells_end(struct cells *t)
{
	buf_release(&t->text);
	buf_release(&t->shown);
}

const struct buf *cells_heads(struct cells *t)
{
	t->text.n = 0;
	put_text(t, "verdict");
	put_text(t, words_item(t->c));
	put_text(t, "");
	put_cost_head(t, "base");
	put_cost_head(t, "new");
	put_text(t, "change");
	put_text(t, "of all");
	put_text(t, "p");
	put_text(t, "q");
	if (t->common.n) {
		buf_add(&t->text, S("below "));
		words_path_within(&t->text, str(t->common.p, t->common.n - 1), t->longest);
	}
	end_cell(t);
	return &t->text;
}

const struct buf *cells_row(struct cells *t, const struct row *r)
{
	struct buf name = { 0 };

	t->text.n = 0;
	put_text(t, words_verdict(r));
	words_name(&name, t->c, r->item);
	words_within(&t->text, buf_str(&name), t->longest);
	buf_release(&name);
	end_cell(t);
	put_text(t, words_kind(r));
	put_cost(t, r->test.cost[BASE]);
	put_cost(t, r->test.cost[NEW]);
	put_change(t, r);
	words_signed(&t->text, test_cost(&r->test) / t->c->total.cost[BASE]);
	end_cell(t);
	words_p(&t->text, r->p);
	end_cell(t);
	words_p(&t->text, r->q);
	end_cell(t);
	put_about(t, r);
	return &t->text;
}

void cells_draw(struct buf *b, const struct comparison *c, const struct cells_style *style)
{
	size_t shown = min_size(style->shown, c->nlisted), most = min_size(style->most, c->nlisted);
	struct cells t;

	cells_begin(&t, c, style->longest);
	if (shown)
		style->put_rows(b, &t, 0, shown);
	if (most > shown) {
		buf_printf(b, "%s<details><summary>%zu more</summary>\n", style->gap,
			   c->nlisted - shown);
		style->put_rows(b, &t, shown, most);
		if (c->nlisted > most)
			buf_printf(b, "%s<p>and %zu that are left out here</p>\n", style->gap,
				   c->nlisted - most);
		buf_printf(b, "%s</details>\n", style->gap);
	}
	cells_end(&t);
}
