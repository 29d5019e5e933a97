/* A row of a comparison, in words. */
#include <math.h>

#include "compare/reports/diff_headline.h"
#include "compare/reports/diff_words.h"

struct str words_file(const struct comparison *c, uint32_t item, uint32_t *line)
{
	return items_file_from_root(&c->items, items_file(&c->items, item, line));
}

struct str words_annotated(const struct comparison *c, const struct row *r, uint32_t *line)
{
	*line = 0;
	if (r->own)
		return words_file(c, r->item, line);
	return r->site ? words_file(c, r->site, line) : S("");
}

static void put_place(struct buf *b, const struct comparison *c, uint32_t item)
{
	uint32_t line;
	struct str file = words_file(c, item, &line);

	words_path(b, file);
	if (file.n && line)
		buf_printf(b, ":%u", line);
}

void words_place(struct buf *b, const struct comparison *c, const struct row *r)
{
	if (r->own || !r->site) {
		put_place(b, c, r->item);
		return;
	}
	buf_add(b, S("in "));
	words_name(b, c, r->site);
	buf_add(b, S(", "));
	put_place(b, c, r->site);
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
	if (r->from) {
		buf_add(b, S("from "));
		words_name(b, c, r->from);
	}
	if (r->because) {
		buf_add(b, S("because of "));
		words_name(b, c, r->because);
	}
	if (r->alike && r->nfolded)
		buf_printf(b, "all below it alike (%zu)", r->nfolded);
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

const char *words_kind_id(const struct row *r)
{
	return r->kind == SELF ? "self" : "inclusive";
}

const char *words_verdict_id(const struct row *r)
{
	static const char *const ids[] = {
		[SAME] = "same",     [UNSURE] = "inconclusive", [SLOWER] = "slower",
		[FASTER] = "faster", [APPEARED] = "new",        [GONE] = "gone",
		[MOVED] = "moved",   [SUSPECT] = "suspect",     [EXPLAINED] = "explained",
	};

	return ids[r->verdict];
}

const char *words_verdict(const struct row *r)
{
	if (r->verdict == UNSURE)
		return "~";
	return r->verdict == SLOWER && !r->gated ? "slower" : verdict_word(r->verdict);
}

void words_finding(struct buf *b, const struct comparison *c, const struct row *r)
{
	size_t from;

	words_headline(b, c, r);
	buf_printf(b, " (%s, q ", r->verdict == UNSURE ? "inconclusive" : words_verdict(r));
	words_p(b, r->q);
	buf_ch(b, ')');
	if (r->path.n) {
		buf_add(b, S("; "));
		words_path(b, r->path);
	}
	from = b->n;
	buf_add(b, S("; "));
	words_note(b, c, r);
	if (b->n == from + 2)
		b->n = from;
}
