#include "compare/reports/diff_findings.h"

#include "compare/reports/diff_news.h"
#include "compare/reports/diff_words.h"

enum { RULE_SELF, RULE_SUBTREE, RULE_NEW, RULE_TOTAL, RULE_BUDGET };

const struct finding_rule finding_rules[FINDING_RULES] = {
	[RULE_SELF] = { "prof/self-regression", "A function takes more itself" },
	[RULE_SUBTREE] = { "prof/subtree-regression",
			   "A function takes more with all that it calls" },
	[RULE_NEW] = { "prof/new-cost", "A function that is new takes time" },
	[RULE_TOTAL] = { "prof/total-regression", "The whole takes more" },
	[RULE_BUDGET] = { "prof/budget", "Functions take more than they may" },
};

/* FNV-1a */
static void put_fingerprint(struct finding *f, const char *kind, struct str name)
{
	uint64_t h = 0xcbf29ce484222325;
	struct buf *b = &f->fingerprint;

	buf_printf(b, "%s%s%.*s", f->rule, kind, STR_ARG(name));
	for (size_t i = 0; i < b->n; i++)
		h = (h ^ (uint8_t)b->p[i]) * 0x100000001b3;
	b->n = 0;
	buf_printf(b, "%016llx", (unsigned long long)h);
}

static void set_total(struct finding *f)
{
	f->rule = finding_rules[RULE_TOTAL].id;
	f->title = "total";
	words_total(&f->text, f->c, "->");
	put_fingerprint(f, "", S(""));
}

static void set_budget(struct finding *f, size_t i)
{
	f->rule = finding_rules[RULE_BUDGET].id;
	f->title = "budget";
	words_budget(&f->text, f->c, i);
	put_fingerprint(f, "", str_of(f->c->o->budget[i].text));
}

static void set_row(struct finding *f, const struct row *r)
{
	struct buf name = { 0 };
	size_t rule = r->kind == SELF ? RULE_SELF : RULE_SUBTREE;

	f->rule = finding_rules[r->verdict == APPEARED ? RULE_NEW : rule].id;
	f->title = words_verdict(r);
	f->gated = r->gated;
	f->file = words_annotated(f->c, r, &f->line);
	words_finding(&f->text, f->c, r);
	items_name(&f->c->items, r->item, &name);
	put_fingerprint(f, r->kind == INCLUSIVE && r->verdict == APPEARED ? "+" : "",
			buf_str(&name));
	buf_release(&name);
}

static bool is_worse(const struct row *r)
{
	return r->gated || r->verdict == SLOWER || r->verdict == APPEARED ||
	       (r->verdict == SUSPECT && r->up);
}

void finding_begin(struct finding *f, const struct comparison *c)
{
	*f = (struct finding){ .c = c };
}

bool finding_next(struct finding *f)
{
	const struct comparison *c = f->c;

	f->text.n = f->fingerprint.n = 0;
	f->gated = true;
	f->file = S("");
	f->line = 0;
	while (f->next < 1 + c->o->nbudget + c->nlisted) {
		size_t i = f->next++, row = i - 1 - c->o->nbudget;

		if (i == 0 && c->total_row.gated)
			return set_total(f), true;
		if (i > 0 && i <= c->o->nbudget && c->budget[i - 1].exceeded)
			return set_budget(f, i - 1), true;
		if (i > c->o->nbudget && is_worse(&c->row[row]))
			return set_row(f, &c->row[row]), true;
	}
	return false;
}

void finding_end(struct finding *f)
{
	buf_release(&f->text);
	buf_release(&f->fingerprint);
}
