/*
 * Selecting. Matchers of labels are evaluated once for each set of labels, however
 * many samples have it.
 */
#include "profile/type.h"
#include "query/selector.h"

/* Is the value the one, or one of those, that the operator's positive form means? */
static bool is_meant(struct matcher *m, struct str value)
{
	return m->op < MATCH_REGEX ? str_eq(m->value, value) : regex_match(&m->re, value);
}

static bool is_negative(const struct matcher *m)
{
	return m->op == MATCH_NOT_EQUAL || m->op == MATCH_NOT_REGEX;
}

/* Sample types: what the special names stand for */

enum { TYPE_ID = -1, NO_PART = -2 };

/* Which part of a type id the name stands for. */
static int type_part(struct str label)
{
	static const char *const parts[] = { "__name__", "__type__", "__unit__", "__period_type__",
					     "__period_unit__" };

	if (str_eq(label, S("__profile_type__")))
		return TYPE_ID;
	for (int i = 0; i < (int)LEN(parts); i++)
		if (str_eq(label, str_of(parts[i])))
			return i;
	return NO_PART;
}

static bool type_matches(struct matcher *m, int part, const struct profile *p, uint32_t col)
{
	struct buf id = { 0 };
	struct str rest, value;
	bool meant;

	type_id(p, col, &id);
	rest = value = buf_str(&id);
	for (int i = 0; i <= part; i++)
		value = str_cut(&rest, ':');
	meant = is_meant(m, value) ||
		(part == TYPE_ID && m->op < MATCH_REGEX && type_has_id(p, col, m->value));
	buf_release(&id);
	return meant != is_negative(m);
}

static bool column_matches(struct selector *s, const struct profile *p, uint32_t col)
{
	for (size_t i = 0; i < s->n; i++) {
		int part = type_part(s->matcher[i].name);

		if (part != NO_PART && !type_matches(&s->matcher[i], part, p, col))
			return false;
	}
	return true;
}

static bool no_such_type(const struct profile *p, struct buf *error)
{
	buf_add(error, S("selects none of the sample types"));
	for (uint32_t i = 0; i < p->ncol; i++) {
		buf_add(error, i ? S(", ") : S(" "));
		type_id(p, i, error);
	}
	return false;
}

static bool select_columns(struct selector *s, struct profile *p, struct buf *error)
{
	size_t matching = 0;

	for (uint32_t i = 0; i < p->ncol; i++)
		matching += column_matches(s, p, i);
	if (!matching)
		return no_such_type(p, error);
	for (uint32_t i = (uint32_t)p->ncol; i-- > 0;)
		if (!column_matches(s, p, i))
			profile_drop_column(p, i);
	return true;
}

/* Samples */

static bool labels_match(struct matcher *m, const struct profile *p, label_set_id set, str_id key)
{
	bool meant = false, found = false;
	struct buf number = { 0 };

	for (; set.i; set = dict_label_set(p->dict, set)->rest) {
		const struct label *l = dict_label(p->dict, dict_label_set(p->dict, set)->label);

		if (l->key.i != key.i)
			continue;
		number.n = 0;
		if (l->is_num)
			buf_i64(&number, l->num);
		found = true;
		meant |= is_meant(m, l->is_num ? buf_str(&number) : dict_text(p->dict, l->str));
	}
	buf_release(&number);
	if (!found)
		meant = is_meant(m, S(""));
	return meant != is_negative(m);
}

/* Which sets of labels match? By row; those that no sample has are not looked at. */
static uint8_t *match_labels(struct selector *s, const struct profile *p)
{
	uint8_t *used = mem_zeroed(p->dict->label_set.n, 1);

	for (uint32_t i = 1; i < p->sample.n; i++)
		used[profile_sample(p, (sample_id){ i })->labels.i] = 1;
	for (size_t i = 0; i < s->n; i++) {
		struct matcher *m = &s->matcher[i];
		str_id key = dict_find_str(p->dict, m->name);

		if (type_part(m->name) != NO_PART)
			continue;
		for (uint32_t j = 0; j < p->dict->label_set.n; j++) {
			label_set_id set = { key.i ? j : 0 }; /* no set has an unknown key */

			used[j] = used[j] && labels_match(m, p, set, key);
		}
	}
	return used;
}

static void select_samples(struct selector *s, struct profile *p)
{
	uint32_t n = p->sample.n, nlabels = p->dict->label_set.n, gone = 0;
	uint8_t *match = match_labels(s, p), *keep = mem_zeroed(n, 1);

	for (uint32_t i = 1; i < n; i++) {
		keep[i] = match[profile_sample(p, (sample_id){ i })->labels.i];
		gone += !keep[i];
	}
	if (gone)
		profile_remap(p, table_row(&p->sample, 0), keep);
	mem_free(match, nlabels);
	mem_free(keep, n);
}

/* Did a pattern give up? */
static bool check(const struct selector *s, struct buf *error)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct matcher *m = &s->matcher[i];

		if (!m->re.failed)
			continue;
		buf_printf(error, "the pattern '%.*s' %s", STR_ARG(m->value), m->re.failed);
		return false;
	}
	return true;
}

bool selector_apply(struct selector *s, struct profile *p, struct buf *error)
{
	if (!s->n)
		return true;
	if (!select_columns(s, p, error))
		return false;
	select_samples(s, p);
	return check(s, error);
}
