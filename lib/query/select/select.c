/*
 * Evaluating selectors. Matchers of labels are evaluated once for each set of labels, however
 * many samples have it.
 */
#include "profile/type.h"
#include "query/select/selector.h"
#include "query/select/selector_parts.h"

/* Does the positive form of the matcher's operator hold for the value? */
static bool positive_form_holds(struct matcher *m, struct str value)
{
	return m->op < MATCH_REGEX ? str_eq(m->value, value) : regex_match(&m->re, value);
}

static bool is_negative(const struct matcher *m)
{
	return m->op == MATCH_NOT_EQUAL || m->op == MATCH_NOT_REGEX;
}

/* Sample types */

int matcher_part(struct str name)
{
	static const char *const parts[] = { "__name__", "__type__", "__unit__", "__period_type__",
					     "__period_unit__" };

	if (str_eq(name, S("__profile_type__")))
		return PART_WHOLE;
	for (int i = 0; i < (int)LEN(parts); i++)
		if (str_eq(name, str_of(parts[i])))
			return i;
	return PART_NONE;
}

static bool matches_type(struct matcher *m, struct str id)
{
	int part = matcher_part(m->name);
	struct str rest = id, value = id;
	bool holds;

	for (int i = 0; i <= part; i++)
		value = str_cut(&rest, ':');
	holds = positive_form_holds(m, value) ||
		(part == PART_WHOLE && m->op < MATCH_REGEX && type_ids_agree(m->value, id));
	return holds != is_negative(m);
}

bool selector_matches_type(struct selector *s, struct str type_id)
{
	for (size_t i = 0; i < s->types.n; i++)
		if (!matches_type(&s->types.v[i], type_id))
			return false;
	return true;
}

static bool column_matches(struct selector *s, const struct profile *p, uint32_t col)
{
	struct buf id = { 0 };
	bool matches;

	type_id(p, col, &id);
	matches = selector_matches_type(s, buf_str(&id));
	buf_release(&id);
	return matches;
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

/* Labels */

bool matcher_is_about(struct str name, struct str label)
{
	return str_eq(name, label) ||
	       (str_eq(name, S("span_id")) && str_eq(label, S("profile_id")));
}

static bool matches_labels(struct matcher *m, const struct label_text *labels, size_t n)
{
	bool holds = false, found = false;

	for (size_t i = 0; i < n; i++) {
		if (!matcher_is_about(m->name, labels[i].name))
			continue;
		found = true;
		holds |= positive_form_holds(m, labels[i].value);
	}
	if (!found)
		holds = positive_form_holds(m, S(""));
	return holds != is_negative(m);
}

bool selector_matches_labels(struct selector *s, const struct label_text *labels, size_t n)
{
	for (size_t i = 0; i < s->labels.n; i++)
		if (!matches_labels(&s->labels.v[i], labels, n))
			return false;
	return true;
}

/* A set of labels as text. */
struct set_text {
	struct label_text *label;
	size_t n, cap;
	struct buf numbers; /* the text of numeric ones */
};

static void set_text_read(struct set_text *t, const struct dictionary *d, label_set_id set)
{
	enum { LONGEST = 24 };
	size_t nlabel = 0;

	for (label_set_id at = set; at.i; at = dict_label_set(d, at)->rest)
		nlabel++;
	t->numbers.n = 0;
	buf_room(&t->numbers, nlabel * LONGEST); /* texts point into it, so it must not move */
	t->label = mem_grow(t->label, &t->cap, nlabel, sizeof(*t->label));
	for (t->n = 0; set.i; set = dict_label_set(d, set)->rest) {
		const struct label *l = dict_label(d, dict_label_set(d, set)->label);
		struct str value = dict_text(d, l->str);

		if (l->is_num) {
			size_t from = t->numbers.n;

			buf_i64(&t->numbers, l->num);
			value = str(t->numbers.p + from, t->numbers.n - from);
		}
		t->label[t->n++] = (struct label_text){ dict_text(d, l->key), value };
	}
}

static void set_text_release(struct set_text *t)
{
	mem_free(t->label, t->cap * sizeof(*t->label));
	buf_release(&t->numbers);
}

bool selector_matches_set(struct selector *s, const struct dictionary *d, label_set_id set)
{
	struct set_text t = { 0 };
	bool matches;

	set_text_read(&t, d, set);
	matches = selector_matches_labels(s, t.label, t.n);
	set_text_release(&t);
	return matches;
}

/* Whether each set of labels matches, by row; sets that no sample has are not evaluated. */
static uint8_t *match_label_sets(struct selector *s, const struct profile *p)
{
	uint8_t *match = mem_zeroed(p->dict->label_set.n, 1);
	struct set_text t = { 0 };

	for (uint32_t i = 1; i < p->sample.n; i++)
		match[profile_sample(p, (sample_id){ i })->labels.i] = 1;
	for (uint32_t i = 0; i < p->dict->label_set.n; i++) {
		if (!match[i])
			continue;
		set_text_read(&t, p->dict, (label_set_id){ i });
		match[i] = selector_matches_labels(s, t.label, t.n);
	}
	set_text_release(&t);
	return match;
}

static void select_samples(struct selector *s, struct profile *p)
{
	uint32_t n = p->sample.n, nlabels = p->dict->label_set.n, gone = 0;
	uint8_t *match = match_label_sets(s, p), *keep = mem_zeroed(n, 1);

	for (uint32_t i = 1; i < n; i++) {
		keep[i] = match[profile_sample(p, (sample_id){ i })->labels.i];
		gone += !keep[i];
	}
	if (gone)
		profile_remap(p, table_row(&p->sample, 0), keep);
	mem_free(match, nlabels);
	mem_free(keep, n);
}

/* Patterns */

static bool check_matchers(const struct matchers *m, struct buf *error)
{
	for (size_t i = 0; i < m->n; i++) {
		if (!m->v[i].re.failed)
			continue;
		buf_printf(error, "the pattern '%.*s' %s", STR_ARG(m->v[i].value),
			   m->v[i].re.failed);
		return false;
	}
	return true;
}

bool selector_check(const struct selector *s, struct buf *error)
{
	return check_matchers(&s->types, error) && check_matchers(&s->labels, error);
}

bool selector_apply(struct selector *s, struct profile *p, struct buf *error)
{
	if (s->types.n && !select_columns(s, p, error))
		return false;
	if (s->labels.n)
		select_samples(s, p);
	return selector_check(s, error);
}
