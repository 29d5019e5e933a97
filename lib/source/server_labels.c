/* The labels of a server's series: dividing series by labels, and putting labels back. */
#include <stdlib.h>

#include "source/server_parts.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void server_label_names(struct server *s, const struct server_type *t, struct label_names *names)
{
	struct strings seen;

	strings_init(&seen);
	vec_clear(names);
	for (size_t i = 0; i < t->series.n; i++) {
		const Querier__LabelSet *set = s->series.v[t->series.v[i]];

		for (size_t k = 0; k < set->n_labels; k++) {
			uint32_t n = seen.n;

			if (!server_is_private(set->labels[k]->name) &&
			    strings_intern(&seen, str_of(set->labels[k]->name)) == n)
				vec_push(names, set->labels[k]->name);
		}
	}
	strings_release(&seen);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_text);
}

bool server_is_id(struct str name)
{
	return str_eq(name, S("span_id")) || str_eq(name, S("trace_id"));
}

void server_put_selector(const struct server *s, const struct str *by, const struct str *value,
			 size_t n, struct buf *b)
{
	struct selector all = { 0 };

	for (size_t i = 0; s->ask.selector && i < s->ask.selector->labels.n; i++)
		if (!server_is_id(s->ask.selector->labels.v[i].name))
			vec_push(&all.labels, s->ask.selector->labels.v[i]);
	for (size_t i = 0; i < n; i++)
		vec_push(&all.labels, { .name = by[i], .value = value[i] });
	selector_print(&all, b);
	buf_ch(b, '\0');
	vec_release(&all.labels);
}

/* The same, with the values of a set. */
static void put_selector_of_set(const struct server *s, const Querier__LabelSet *set,
				const struct str *by, size_t n, struct buf *b)
{
	VEC(struct str) value = { 0 };

	for (size_t i = 0; i < n; i++)
		vec_push(&value, server_label(set, by[i]));
	server_put_selector(s, by, value.v, n, b);
	vec_release(&value);
}

label_set_id server_add_ids(const struct server *s, struct dictionary *d, label_set_id labels)
{
	if (s->span)
		labels = dict_add_text_label(d, labels, S("span_id"), str_of(s->span));
	if (s->trace)
		labels = dict_add_text_label(d, labels, S("trace_id"), str_of(s->trace));
	return labels;
}

/* The labels that all of the series have. */
static label_set_id common_labels(const struct server *s, const uint32_t *series, size_t n,
				  struct dictionary *d)
{
	const Querier__LabelSet *first = s->series.v[series[0]];
	label_set_id set = { 0 };

	for (size_t k = 0; k < first->n_labels; k++) {
		struct str name = str_of(first->labels[k]->name);
		struct str value = str_of(first->labels[k]->value);
		bool all = !server_is_private(first->labels[k]->name);

		for (size_t i = 1; i < n && all; i++)
			all = str_eq(server_label(s->series.v[series[i]], name), value);
		if (all)
			set = dict_add_text_label(d, set, name, value);
	}
	return server_add_ids(s, d, set);
}

static void group_values(const Querier__LabelSet *set, const struct str *by, size_t n,
			 struct buf *b)
{
	b->n = 0;
	buf_ch(b, '='); /* never empty: string 0 is the empty one */
	for (size_t i = 0; i < n; i++) {
		buf_add(b, server_label(set, by[i]));
		buf_ch(b, '\0');
	}
}

void server_divide(struct server *s, const struct server_type *t, const struct str *by, size_t n,
		   struct dictionary *d, struct series_groups *groups)
{
	struct strings values;
	struct buf key = { 0 };
	VEC(uint32_t) group = { 0 }, members = { 0 };

	strings_init(&values);
	for (size_t i = 0; i < t->series.n; i++) {
		group_values(s->series.v[t->series.v[i]], by, n, &key);
		vec_push(&group, strings_intern(&values, buf_str(&key)));
	}
	for (uint32_t g = 1; g < values.n; g++) {
		struct series_group new = { 0 };

		vec_clear(&members);
		for (size_t i = 0; i < group.n; i++)
			if (group.v[i] == g)
				vec_push(&members, t->series.v[i]);
		put_selector_of_set(s, s->series.v[members.v[0]], by, n, &new.selector);
		new.labels = common_labels(s, members.v, members.n, d);
		vec_push(groups, new);
	}
	strings_release(&values);
	buf_release(&key);
	vec_release(&group);
	vec_release(&members);
}

void series_groups_release(struct series_groups *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		buf_release(&groups->v[i].selector);
	vec_release(groups);
}

static bool is_kept(const struct server *s, struct str name)
{
	for (size_t i = 0; i < s->ask.nlabel; i++)
		if (str_eq(s->ask.label[i], name))
			return true;
	return false;
}

/* Does the label have the same value in all series, or is it missing in all? */
static bool is_common(const struct server *s, const struct server_type *t, struct str name)
{
	struct str value = server_label(s->series.v[t->series.v[0]], name);

	for (size_t i = 1; i < t->series.n; i++)
		if (!str_eq(server_label(s->series.v[t->series.v[i]], name), value))
			return false;
	return true;
}

void server_note_labels(struct server *s)
{
	struct label_names names = { 0 };
	struct strings lost;
	struct buf list = { 0 };

	strings_init(&lost);
	for (size_t i = 0; i < s->type.n; i++) {
		server_label_names(s, &s->type.v[i], &names);
		for (size_t k = 0; k < names.n; k++) {
			struct str name = str_of(names.v[k]);
			uint32_t n = lost.n;

			if (!is_kept(s, name) && !is_common(s, &s->type.v[i], name) &&
			    strings_intern(&lost, name) == n)
				buf_printf(&list, "%s%.*s", list.n ? ", " : "", STR_ARG(name));
		}
	}
	if (list.n)
		buf_printf(&s->notes,
			   "%s: samples are added up without the label%s %.*s, whose "
			   "values differ\n",
			   s->url, lost.n > 2 ? "s" : "", STR_ARG(buf_str(&list)));
	strings_release(&lost);
	buf_release(&list);
	vec_release(&names);
}
