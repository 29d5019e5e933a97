#include "query/select/tag_filter.h"

#include "profile/unit.h"

const char *tag_condition_name(enum tag_condition_kind kind)
{
	static const char *const names[] = { "tag", "no-tag", "tag-range" };

	return names[kind];
}

/* Parsing */

/* Parse "-12" or "4kb"; an empty text is no bound. */
static bool parse_bound(struct tag_bound *bound, struct str s)
{
	size_t n = 0;

	*bound = (struct tag_bound){ .given = s.n != 0 };
	while (n < s.n && strchr("+-0123456789", s.p[n]))
		n++;
	bound->unit = str_skip(s, n);
	if (str_chr(bound->unit, ':') >= 0)
		return false;
	if (n && s.p[0] == '+')
		s = str_skip(s, 1), n--;
	return !bound->given || str_i64(str(s.p, n), &bound->value);
}

static bool parse_range(struct tag_condition *c, struct str range, struct buf *error)
{
	struct str high = range, low = str_cut(&high, ':');
	bool ok = parse_bound(&c->low, low);

	if (!high.p)
		c->high = c->low;
	else
		ok = ok && parse_bound(&c->high, high);
	ok = ok && (c->low.given || c->high.given);
	if (ok && c->low.given && c->high.given && str_eq(c->low.unit, c->high.unit) &&
	    c->low.value > c->high.value) {
		buf_printf(error, "%.*s is above %.*s", STR_ARG(low), STR_ARG(high));
		return false;
	}
	if (!ok)
		buf_printf(error, "expected LOW:HIGH with numbers like 42 or 64kb, found '%.*s'",
			   STR_ARG(range));
	return ok;
}

bool tag_filter_add(struct tag_filter *f, enum tag_condition_kind kind, struct str text,
		    struct buf *error)
{
	struct tag_condition c = { .kind = kind, .text = text };
	struct str rest = text;
	bool ok;

	c.key = str_cut(&rest, '=');
	if (!rest.p) { /* no key */
		c.key = str(NULL, 0);
		rest = text;
	}
	if (kind == TAG_IN_RANGE)
		ok = parse_range(&c, rest, error);
	else
		ok = regex_init(&c.re, rest, REGEX_ANYWHERE, error);
	f->condition = mem_grow(f->condition, &f->cap, f->n + 1, sizeof(*f->condition));
	f->condition[f->n++] = c;
	return ok;
}

void tag_filter_release(struct tag_filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		regex_release(&f->condition[i].re);
	mem_free(f->condition, f->cap * sizeof(*f->condition));
	*f = (struct tag_filter){ 0 };
}

/* Matching */

struct str tag_unit(const struct profile *p, const struct label *l)
{
	struct str key = dict_text(p->dict, l->key);

	if (l->unit.i)
		return dict_text(p->dict, l->unit);
	return str_eq(key, S("alignment")) || str_eq(key, S("request")) ? S("bytes") : key;
}

/* Compare the label's value with a bound: <0, 0 or >0. False if they are not comparable. */
static bool compare_with_bound(const struct profile *p, const struct label *l,
			       const struct tag_bound *bound, int *order)
{
	double value = (double)l->num, b = (double)bound->value;
	struct str unit = tag_unit(p, l);

	*order = (l->num > bound->value) - (l->num < bound->value);
	if (!bound->unit.n || str_eq(bound->unit, unit))
		return true;
	if (!unit_convert(&value, unit, bound->unit))
		return false;
	*order = (value > b) - (value < b);
	return true;
}

static bool in_range(const struct tag_condition *c, const struct profile *p, const struct label *l)
{
	int order;

	if (!l->is_num)
		return false;
	if (c->low.given && !(compare_with_bound(p, l, &c->low, &order) && order >= 0))
		return false;
	return !c->high.given || (compare_with_bound(p, l, &c->high, &order) && order <= 0);
}

static bool text_matches(struct tag_condition *c, const struct profile *p, const struct label *l)
{
	struct buf text = { 0 };
	bool matched;

	if (!c->key.p) {
		buf_add(&text, dict_text(p->dict, l->key));
		buf_ch(&text, ':');
	}
	if (l->is_num)
		buf_i64(&text, l->num);
	else
		buf_add(&text, dict_text(p->dict, l->str));
	matched = regex_match(&c->re, buf_str(&text));
	buf_release(&text);
	return matched;
}

static bool condition_holds(struct tag_condition *c, const struct profile *p, label_set_id set)
{
	for (; set.i; set = dict_label_set(p->dict, set)->rest) {
		const struct label *l = dict_label(p->dict, dict_label_set(p->dict, set)->label);

		if (c->key.p && !str_eq(c->key, dict_text(p->dict, l->key)))
			continue;
		if (c->kind == TAG_IN_RANGE ? in_range(c, p, l) : text_matches(c, p, l))
			return true;
	}
	return false;
}

bool tag_filter_keeps(struct tag_filter *f, const struct profile *p, label_set_id set)
{
	bool keep = true;

	for (size_t i = 0; i < f->n; i++) {
		struct tag_condition *c = &f->condition[i];
		bool matched = condition_holds(c, p, set);

		c->matched |= matched;
		keep &= matched != (c->kind == TAG_MATCHES_NOT);
	}
	return keep;
}
