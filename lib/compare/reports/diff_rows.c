/* A row of a comparison, in words. */
#include <math.h>

#include "compare/reports/diff_words.h"
#include "io/escape.h"

void words_path(struct buf *b, struct str path)
{
	while (path.p) {
		clean_text(b, str_cut(&path, ';'));
		if (path.p)
			buf_ch(b, '>');
	}
}

struct str words_file(const struct comparison *c, const struct row *r, uint32_t *line)
{
	struct str file = items_file(&c->items, r->item, line), root = c->o->root;

	if (root.n && file.n > root.n + 1 && str_starts(file, root) && file.p[root.n] == '/')
		return str_skip(file, root.n + 1);
	return file;
}

void words_place(struct buf *b, const struct comparison *c, const struct row *r)
{
	uint32_t line;
	struct str file = words_file(c, r, &line);

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

const char *words_verdict(const struct row *r)
{
	return r->verdict == SLOWER && !r->gated ? "slower" : verdict_word(r->verdict);
}

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
	buf_add(b, str_of(words_verdict(r)));
	end_cell(b);
	words_name(b, c, r->item);
	end_cell(b);
	buf_add(b, str_of(words_kind(r)));
	end_cell(b);
	put_side(b, c, r, BASE);
	put_side(b, c, r, NEW);
	words_signed(b, test_cost(&r->test) / c->total.cost[BASE]);
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
		   r->verdict == UNSURE ? "inconclusive" : words_verdict(r));
	words_signed(b, test_cost(&r->test) / c->total.cost[BASE]);
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
