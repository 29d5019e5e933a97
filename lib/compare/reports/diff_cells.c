#include "compare/reports/diff_cells.h"

#include <math.h>

#include "compare/reports/diff_words.h"
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

/* Names and paths */

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

/* Add a text of at most `longest` columns, if that is not 0. */
static void put_elided(struct buf *b, struct str s, size_t longest)
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

/* The last frames of a path that have room beside its first. */
static void put_path(struct buf *b, struct str path, size_t longest)
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

/* Cut what the path does not begin with; whole frames, and never the last one of it. */
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

static void find_unit(struct cells *t)
{
	double least = INFINITY, most = 0;

	t->unit = words_unit(t->c);
	for (size_t i = 0; i < 2 * t->c->nlisted; i++) {
		double cost = t->c->row[i / 2].test.cost[i % 2];

		if (!(cost > 0))
			continue;
		least = fmin(least, cost);
		most = fmax(most, cost);
	}
	t->like = most > 0 ? unit_common(least, most, t->unit) : 1;
}

/* Where the number ends and its unit begins. */
static size_t unit_begins(const struct buf *b, size_t at)
{
	while (at < b->n && strchr("-+.0123456789", b->p[at]))
		at++;
	return at;
}

static void put_cost(struct cells *t, double cost)
{
	size_t from = t->text.n;

	if (!unit_is_known(t->unit)) {
		words_cost(&t->text, t->c, cost);
	} else {
		unit_print_like(&t->text, cost, t->like, t->unit);
		t->text.n = unit_begins(&t->text, from);
	}
	end_cell(t);
}

/* "base s/run" */
static void put_cost_head(struct cells *t, const char *side)
{
	size_t from, at;

	buf_printf(&t->text, "%s ", side);
	if (t->c->design.metric == METRIC_SHARE) {
		put_text(t, "share");
		return;
	}
	from = t->text.n;
	if (unit_is_known(t->unit)) {
		unit_print_like(&t->text, t->like, t->like, t->unit);
		at = unit_begins(&t->text, from);
		memmove(t->text.p + from, t->text.p + at, t->text.n - at);
		t->text.n -= at - from;
	} else {
		buf_add(&t->text, dict_text(t->c->runs->profile.dict, t->c->runs->type));
	}
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

/* Path, note and place, as far as they are known. */
static void put_about(struct cells *t, const struct row *r)
{
	struct buf *b = &t->text, place = { 0 };
	size_t from = b->n;

	if (r->path.n)
		put_path(b, str_skip(r->path, t->common.n), t->longest);
	for (int i = 0; i < 2; i++) {
		place.n = 0;
		(i ? words_place : words_note)(&place, t->c, r);
		if (!place.n)
			continue;
		buf_add(b, b->n > from ? S("  ") : S(""));
		put_elided(b, buf_str(&place), t->longest);
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
		put_path(&t->text, str(t->common.p, t->common.n - 1), t->longest);
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
	put_elided(&t->text, buf_str(&name), t->longest);
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
		style->open_fold(b, c->nlisted - shown);
		style->put_rows(b, &t, shown, most);
		style->close_fold(b, c->nlisted - most);
	}
	cells_end(&t);
}
