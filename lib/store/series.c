#include "store/series.h"

#include <stdlib.h>

#include "profile/type.h"
#include "store/varint.h"

void series_release(struct series *s)
{
	vec_release(&s->label);
	vec_release(&s->type);
	*s = (struct series){ 0 };
}

bool series_get(struct series *s, struct str bytes)
{
	struct cursor c = cursor_over(bytes);
	size_t n = get_count(&c);

	s->bytes = bytes;
	vec_clear(&s->label);
	vec_clear(&s->type);
	vec_reserve_few(&s->label, n);
	for (size_t i = 0; i < n && !c.failed; i++) {
		struct series_label l = { .key = get_text(&c), .str = get_text(&c) };

		l.unit = get_text(&c);
		l.is_num = get_below(&c, 2);
		l.num = get_sleb(&c);
		vec_push(&s->label, l);
	}
	n = get_count(&c);
	vec_reserve_few(&s->type, n);
	for (size_t i = 0; i < n && !c.failed; i++) {
		struct series_type t = { get_text(&c), get_text(&c) };

		vec_push(&s->type, t);
	}
	s->period_type = get_text(&c);
	s->period_unit = get_text(&c);
	return !c.failed && !cursor_left(&c);
}

static int by_key_and_value(const void *a, const void *b)
{
	const struct series_label *x = a, *y = b;
	int order = str_cmp(x->key, y->key);

	if (!order)
		order = str_cmp(x->str, y->str);
	if (!order)
		order = str_cmp(x->unit, y->unit);
	return order ? order : (x->num > y->num) - (x->num < y->num);
}

static void labels_put_sorted(struct buf *b, const struct dictionary *d, label_set_id labels)
{
	VEC(struct series_label) all = { 0 };

	for (; labels.i; labels = dict_label_set(d, labels)->rest) {
		const struct label *l = dict_label(d, dict_label_set(d, labels)->label);

		vec_push(&all, { dict_text(d, l->key), dict_text(d, l->str), dict_text(d, l->unit),
				 l->is_num != 0, l->num });
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_key_and_value);
	put_uleb(b, all.n);
	for (size_t i = 0; i < all.n; i++) {
		put_text(b, all.v[i].key);
		put_text(b, all.v[i].str);
		put_text(b, all.v[i].unit);
		put_uleb(b, all.v[i].is_num);
		put_sleb(b, all.v[i].num);
	}
	vec_release(&all);
}

void series_put(struct buf *b, const struct profile *p, label_set_id labels)
{
	labels_put_sorted(b, p->dict, labels);
	put_uleb(b, p->ncol);
	for (size_t i = 0; i < p->ncol; i++) {
		put_text(b, dict_text(p->dict, p->col[i].type));
		put_text(b, dict_text(p->dict, p->col[i].unit));
	}
	put_text(b, dict_text(p->dict, p->head.period_type));
	put_text(b, dict_text(p->dict, p->head.period_unit));
}

void series_put_relabelled(struct buf *b, const struct series *s, const struct dictionary *d,
			   label_set_id labels)
{
	labels_put_sorted(b, d, labels);
	put_uleb(b, s->type.n);
	for (size_t i = 0; i < s->type.n; i++) {
		put_text(b, s->type.v[i].type);
		put_text(b, s->type.v[i].unit);
	}
	put_text(b, s->period_type);
	put_text(b, s->period_unit);
}

/* Splitting */

static bool stays_with_samples(const struct dictionary *d, const struct label *l)
{
	struct str key = dict_text(d, l->key);

	return l->is_num || str_eq(key, S("span_id")) || str_eq(key, S("trace_id")) ||
	       str_eq(key, S("pprof::base"));
}

static size_t count_key(const struct dictionary *d, label_set_id set, str_id key)
{
	size_t n = 0;

	for (; set.i; set = dict_label_set(d, set)->rest)
		n += dict_label(d, dict_label_set(d, set)->label)->key.i == key.i;
	return n;
}

/* The distinct label sets of a profile's samples, in order, and the rest of each. */
struct seen_sets {
	VEC(label_set_id) set;
	VEC(label_set_id) rest;
};

/* Does each of these sets have this label, and no other with its key? */
static bool is_common(const struct dictionary *d, const struct label *l,
		      const struct seen_sets *sets)
{
	for (size_t i = 0; i < sets->set.n; i++) {
		label_set_id set = sets->set.v[i];
		const struct label *other = dict_find_label(d, set, l->key);

		if (!other || memcmp(other, l, sizeof(*l)) != 0 || count_key(d, set, l->key) != 1)
			return false;
	}
	return true;
}

/* The set without the labels whose keys are in another set. */
static label_set_id without_keys(struct dictionary *d, label_set_id set, label_set_id keys)
{
	for (; keys.i; keys = dict_label_set(d, keys)->rest)
		set = dict_drop_label(d, set, dict_label(d, dict_label_set(d, keys)->label)->key);
	return set;
}

/* The labels that all samples have, and the fixed ones. */
static label_set_id common_labels(struct profile *p, label_set_id fixed,
				  const struct seen_sets *sets)
{
	struct dictionary *d = p->dict;
	label_set_id common = fixed, set = { 0 };

	if (p->sample.n > 1)
		set = profile_sample(p, (sample_id){ 1 })->labels;
	for (set = without_keys(d, set, fixed); set.i; set = dict_label_set(d, set)->rest) {
		struct label l = *dict_label(d, dict_label_set(d, set)->label);

		if (!stays_with_samples(d, &l) && is_common(d, &l, sets))
			common = dict_add_label(d, common, l);
	}
	return common;
}

static int by_row(const void *a, const void *b)
{
	const label_set_id *x = a, *y = b;

	return (x->i > y->i) - (x->i < y->i);
}

/* No array by set: the dictionary may have a hundred thousand sets, and a profile only one. */
static void find_sets(const struct profile *p, struct seen_sets *sets)
{
	size_t n = 0;

	for (uint32_t i = 1; i < p->sample.n; i++) {
		label_set_id set = profile_sample(p, (sample_id){ i })->labels;

		if (!sets->set.n || vec_last(&sets->set).i != set.i)
			vec_push(&sets->set, set);
	}
	if (sets->set.n)
		qsort(sets->set.v, sets->set.n, sizeof(*sets->set.v), by_row);
	for (size_t i = 0; i < sets->set.n; i++)
		if (!n || sets->set.v[n - 1].i != sets->set.v[i].i)
			sets->set.v[n++] = sets->set.v[i];
	sets->set.n = n;
}

label_set_id series_split(struct profile *p, label_set_id fixed, label_set_id *labels)
{
	struct seen_sets sets = { 0 };
	label_set_id common;

	find_sets(p, &sets);
	common = common_labels(p, fixed, &sets);
	for (size_t i = 0; i < sets.set.n; i++)
		vec_push(&sets.rest, without_keys(p->dict, sets.set.v[i], common));
	for (uint32_t i = 1; i < p->sample.n; i++) {
		label_set_id set = profile_sample(p, (sample_id){ i })->labels;
		label_set_id *at = bsearch(&set, sets.set.v, sets.set.n, sizeof(set), by_row);

		labels[i] = sets.rest.v[at - sets.set.v];
	}
	vec_release(&sets.set);
	vec_release(&sets.rest);
	return common;
}

/* Using series */

label_set_id series_labels(const struct series *s, struct dictionary *d)
{
	label_set_id set = { 0 };

	for (size_t i = 0; i < s->label.n; i++) {
		const struct series_label *l = &s->label.v[i];

		set = dict_add_label(d, set,
				     (struct label){ .key = dict_intern(d, l->key),
						     .str = dict_intern(d, l->str),
						     .unit = dict_intern(d, l->unit),
						     .is_num = l->is_num,
						     .num = l->num });
	}
	return set;
}

void series_type_id(const struct series *s, size_t col, struct buf *id)
{
	type_id_of(s->type.v[col].type, s->type.v[col].unit, s->period_type, s->period_unit, id);
}

struct str series_value(const struct series *s, struct str key)
{
	for (size_t i = 0; i < s->label.n; i++)
		if (!s->label.v[i].is_num && str_eq(s->label.v[i].key, key))
			return s->label.v[i].str;
	return S("");
}

struct str series_group(const struct series *s)
{
	return series_value(s, S("service_name"));
}

static bool has_type(const struct series *s, struct selector *selector)
{
	struct buf id = { 0 };
	bool found = false;

	for (size_t i = 0; i < s->type.n && !found; i++) {
		id.n = 0;
		series_type_id(s, i, &id);
		found = selector_matches_type(selector, buf_str(&id));
	}
	buf_release(&id);
	return found;
}

static bool is_among(struct str name, const struct str *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (matcher_is_about(name, keys[i]))
			return true;
	return false;
}

bool series_selected(const struct series *s, struct selector *selector, const struct str *keys,
		     size_t nkeys, bool *exact)
{
	VEC(struct label_text) text = { 0 };
	struct matchers all = selector->labels;
	struct buf numbers = { 0 };
	bool selected = true;

	*exact = true;
	if (selector->types.n && !has_type(s, selector))
		return false;
	buf_room(&numbers, s->label.n * 24); /* texts point into it, so it must not move */
	for (size_t i = 0; i < s->label.n; i++) {
		struct series_label *l = &s->label.v[i];
		size_t from = numbers.n;

		if (l->is_num)
			buf_i64(&numbers, l->num);
		vec_push(&text, (struct label_text){ l->key, l->is_num ? str(numbers.p + from,
									     numbers.n - from) :
									 l->str });
	}
	for (size_t i = 0; i < all.n && selected; i++) {
		if (is_among(all.v[i].name, keys, nkeys)) {
			*exact = false;
			continue;
		}
		selector->labels = (struct matchers){ &all.v[i], 1, 1 };
		selected = selector_matches_labels(selector, text.v, text.n);
	}
	selector->labels = all;
	buf_release(&numbers);
	vec_release(&text);
	return selected;
}
