/*
 * Labels. On a server each label set is a series, and each series a profile of its own. Labels
 * that all samples have in common become labels of the series, others only on request. The
 * exceptions are span_id, its older name profile_id, and trace_id: they stay with their samples,
 * and make no series.
 */
#include <stdlib.h>

#include "remote/fit_parts.h"

enum label_use { USE_NONE, USE_SAMPLE, USE_GROUP };

bool fit_is_label_name(struct str name)
{
	uint32_t code;
	size_t n;

	if (!name.n || name.n > FIT_LABEL_NAME || str_starts(name, S("__")))
		return false;
	while (name.n && (n = str_utf8(name, &code)))
		name = str_skip(name, n);
	return !name.n;
}

static bool is_by(const struct fit *f, struct str name)
{
	for (size_t i = 0; i < f->options.nby; i++)
		if (str_eq(f->options.by[i], name))
			return true;
	return str_eq(name, S("service_name"));
}

static bool is_fixed(const struct fit *f, struct str name)
{
	for (size_t i = 0; i < f->options.nlabel; i++)
		if (str_eq(f->options.labels[i].name, name))
			return true;
	return false;
}

static bool is_of_span(struct str name)
{
	return str_eq(name, S("span_id")) || str_eq(name, S("profile_id")) ||
	       str_eq(name, S("trace_id"));
}

static enum label_use use_of(const struct fit *f, const struct label *l)
{
	struct str name = dict_text(f->dict, l->key);

	if (is_by(f, name))
		return is_fixed(f, name) ? USE_NONE : USE_GROUP;
	if (!l->is_num && is_of_span(name))
		return USE_SAMPLE;
	return USE_NONE;
}

/* Sets */

static bool set_has(const struct dictionary *d, label_set_id set, label_id label)
{
	for (; set.i; set = dict_label_set(d, set)->rest)
		if (dict_label_set(d, set)->label.i == label.i)
			return true;
	return false;
}

/* Find the labels of the first set that are in all other sets as well, and not of a span. */
static void find_common(struct fit *f)
{
	struct fit_sets *s = f->sets;
	const struct fit_set *first = table_row(&s->row, 1);
	size_t n = 0;

	for (label_set_id at = first->set; at.i; at = dict_label_set(f->dict, at)->rest) {
		label_id label = dict_label_set(f->dict, at)->label;

		if (use_of(f, dict_label(f->dict, label)) != USE_SAMPLE)
			vec_push(&s->common, label);
	}
	for (uint32_t i = 2; i < s->row.n && s->common.n; i++) {
		const struct fit_set *set = table_row(&s->row, i);

		n = 0;
		for (size_t j = 0; j < s->common.n; j++)
			if (set_has(f->dict, set->set, s->common.v[j]))
				s->common.v[n++] = s->common.v[j];
		s->common.n = n;
	}
}

static bool is_common(const struct fit_sets *s, label_id label)
{
	for (size_t i = 0; i < s->common.n; i++)
		if (s->common.v[i].i == label.i)
			return true;
	return false;
}

static void leave_out(struct fit *f, str_id key)
{
	struct str name = dict_text(f->dict, key);

	f->sets->several_programs |= str_eq(name, S("comm"));
	if (!is_fixed(f, name))
		strings_intern(&f->left_out, name);
}

/* Add a requested label; a numeric one becomes text. */
static label_set_id add_as_text(struct fit *f, label_set_id set, const struct label *l)
{
	struct label text = { .key = l->key, .str = l->str };

	if (l->is_num) {
		f->text.n = 0;
		buf_i64(&f->text, l->num);
		buf_add(&f->text, dict_text(f->dict, l->unit));
		text.str = dict_intern(f->dict, buf_str(&f->text));
	}
	return dict_add_label(f->dict, set, text);
}

static uint32_t group_of_labels(struct fit_sets *s, label_set_id group)
{
	for (size_t i = 0; i < s->group.n; i++)
		if (s->group.v[i].i == group.i)
			return (uint32_t)i;
	vec_push(&s->group, group);
	return (uint32_t)s->group.n - 1;
}

/* Divide one set: each label that is not common is for the group or the sample, or left out. */
static void divide_set(struct fit *f, struct fit_set *set)
{
	label_set_id group = { 0 };

	set->now.i = 0;
	for (label_set_id at = set->set; at.i; at = dict_label_set(f->dict, at)->rest) {
		label_id id = dict_label_set(f->dict, at)->label;
		struct label l = *dict_label(f->dict, id);
		enum label_use use = use_of(f, &l);

		if (use == USE_GROUP)
			group = add_as_text(f, group, &l);
		else if (use == USE_SAMPLE)
			set->now = dict_add_label(f->dict, set->now, l);
		else if (l.is_num || !is_common(f->sets, id))
			leave_out(f, l.key);
	}
	set->group = group_of_labels(f->sets, group);
	/* Keep the group's labels, so that samples of two groups stay apart. */
	for (; group.i; group = dict_label_set(f->dict, group)->rest)
		set->now =
			dict_add_label(f->dict, set->now,
				       *dict_label(f->dict, dict_label_set(f->dict, group)->label));
}

void fit_sets_clear(struct fit_sets *s)
{
	table_clear(&s->row);
	vec_clear(&s->common);
	vec_clear(&s->group);
	s->several_programs = false;
}

void fit_sets_read(struct fit *f, const struct profile *p)
{
	struct fit_sets *s = f->sets;

	fit_sets_clear(s);
	for (uint32_t i = 1; i < p->sample.n; i++) {
		struct fit_set set = { profile_sample(p, (sample_id){ i })->labels, 1 };

		table_intern(&s->row, &set);
	}
	if (s->row.n == 1)
		return;
	find_common(f);
	for (uint32_t i = 1; i < s->row.n; i++)
		divide_set(f, table_row(&s->row, i));
	vec_clear(&s->group_of);
	vec_append_zeroed(&s->group_of, f->dict->label_set.n);
	for (uint32_t i = 1; i < s->row.n; i++) {
		const struct fit_set *set = table_row(&s->row, i);

		s->group_of.v[set->now.i] = set->group;
	}
}

const struct fit_set *fit_sets_find(const struct fit_sets *s, label_set_id set)
{
	struct fit_set key = { set, 1 };

	return table_row(&s->row, table_find(&s->row, &key));
}

/* Series */

/* The value of a label of the series; NULL if it is missing. */
static const struct str *find_value(const struct fit *f, struct str name)
{
	for (size_t i = 0; i < f->part.labels.n; i++)
		if (str_eq(f->part.labels.v[i].name, name))
			return &f->part.labels.v[i].value;
	return NULL;
}

static void add_label(struct fit *f, struct str name, struct str value)
{
	if (!value.n || find_value(f, name))
		return;
	if (f->part.labels.n == FIT_LABELS) {
		f->counts.many_labels++;
		return;
	}
	vec_push(&f->part.labels, { name, value });
}

static void add_dictionary_label(struct fit *f, const struct label *l)
{
	struct str name = dict_text(f->dict, fit_text(f, l->key)),
		   value = dict_text(f->dict, fit_text(f, l->str));

	const struct str *other = find_value(f, name);

	if (l->is_num || is_fixed(f, name))
		return;
	/* Samples may have two labels of one name; a series may not. */
	if (other && !str_eq(*other, value))
		f->counts.second_values++;
	else if (fit_is_label_name(name) && value.n <= FIT_LABEL_VALUE)
		add_label(f, name, value);
	else
		f->counts.bad_labels++;
}

struct str fit_program(const struct profile *p)
{
	struct str path = dict_text(p->dict, dict_mapping(p->dict, profile_main_map(p))->file);
	struct str file = str_basename(path);

	return file.n && file.p[0] != '[' && file.n <= FIT_LABEL_VALUE ? file : S("");
}

/* The service of a profile without such a label: its program. */
static struct str service_of(struct fit *f, const struct profile *p)
{
	struct str program = f->sets->several_programs ? S("") : fit_program(p);

	if (program.n)
		return dict_text(f->dict, fit_text(f, dict_intern(f->dict, program)));
	f->counts.unknown_service++;
	return S("unknown_service");
}

/* Servers of version 1 assume that these are sums since the start of the program. */
static bool is_cumulative(struct str name)
{
	return str_eq(name, S("memory")) || str_eq(name, S("mutex")) || str_eq(name, S("block"));
}

static int compare_labels(const void *a, const void *b)
{
	const struct fit_label *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static struct str service_in(struct fit *f, label_set_id group)
{
	str_id key = dict_find_str(f->dict, S("service_name"));
	const struct label *l = dict_find_label(f->dict, group, key);

	for (size_t i = 0; i < f->options.nlabel; i++)
		if (str_eq(f->options.labels[i].name, S("service_name")))
			return f->options.labels[i].value;
	return l ? dict_text(f->dict, fit_text(f, l->str)) : S("");
}

void fit_series(struct fit *f, const struct profile *p, label_set_id group, struct str name)
{
	struct str service = service_in(f, group);

	vec_clear(&f->part.labels);
	add_label(f, S("__name__"), name);
	add_label(f, S("service_name"), service.n ? service : service_of(f, p));
	if (is_cumulative(name))
		add_label(f, S("__delta__"), S("false"));
	for (size_t i = 0; i < f->options.nlabel; i++)
		add_label(f, f->options.labels[i].name, f->options.labels[i].value);
	for (; group.i; group = dict_label_set(f->dict, group)->rest)
		add_dictionary_label(f, dict_label(f->dict, dict_label_set(f->dict, group)->label));
	for (size_t i = 0; i < f->sets->common.n; i++)
		add_dictionary_label(f, dict_label(f->dict, f->sets->common.v[i]));
	qsort(f->part.labels.v, f->part.labels.n, sizeof(*f->part.labels.v), compare_labels);
}
