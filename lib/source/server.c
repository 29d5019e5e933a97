#include <stdlib.h>

#include "base/when.h"
#include "profile/type.h"
#include "source/server_parts.h"

/* The server's own labels. */
#define TYPE_LABEL "__profile_type__"

bool server_is(const char *path)
{
	struct str url = str_of(path), rest;
	ptrdiff_t at;

	if (!http_url_is(url))
		return false;
	rest = str_skip(url, (size_t)str_find(url, S("//")) + 2);
	at = str_chr(rest, '/');
	return (at < 0 || str_ends(rest, S("/"))) && str_chr(rest, '?') < 0 &&
	       str_find(rest, S("/debug/pprof")) < 0;
}

const char *server_error(const struct server *s)
{
	return s->error.n ? s->error.p : s->querier.error.p;
}

bool server_fail(struct server *s, const char *fmt, ...)
{
	va_list ap;

	s->error.n = 0;
	buf_printf(&s->error, "%s: ", s->url);
	va_start(ap, fmt);
	buf_vprintf(&s->error, fmt, ap);
	va_end(ap);
	buf_ch(&s->error, '\0');
	s->failed = true;
	return false;
}

/* Listing series */

struct str server_label(const Querier__LabelSet *set, struct str name)
{
	for (size_t i = 0; i < set->n_labels; i++)
		if (str_eq(str_of(set->labels[i]->name), name))
			return str_of(set->labels[i]->value);
	return S("");
}

bool server_is_private(const char *name)
{
	return str_starts(str_of(name), S("__"));
}

/* The user's labels of a set and its type, in a canonical form. */
static void put_set(const Querier__LabelSet *set, struct buf *b)
{
	b->n = 0;
	for (size_t i = 0; i < set->n_labels; i++) {
		const Querier__LabelPair *l = set->labels[i];

		if (server_is_private(l->name) && !str_eq(str_of(l->name), S(TYPE_LABEL)))
			continue;
		buf_add(b, str_of(l->name));
		buf_ch(b, '\0');
		buf_add(b, str_of(l->value));
		buf_ch(b, '\0');
	}
}

static bool is_selected_type(const struct server *s, struct str id)
{
	return !s->ask.selector || selector_matches_type(s->ask.selector, id);
}

static struct server_type *type_of_id(struct server *s, struct str id)
{
	struct server_type t = { 0 };

	for (size_t i = 0; i < s->type.n; i++)
		if (str_eq(s->type.v[i].is.id, id))
			return &s->type.v[i];
	type_parts_get(&t.is, strings_get(&s->text, strings_intern(&s->text, id)));
	vec_push(&s->type, t);
	return &vec_last(&s->type);
}

static void add_sets(struct server *s, Querier__SeriesResponse *answer, struct strings *seen)
{
	struct buf bytes = { 0 };

	for (size_t i = 0; i < answer->n_sets; i++) {
		const Querier__LabelSet *set = answer->sets[i];
		struct str id = server_label(set, S(TYPE_LABEL));
		uint32_t n = seen->n;

		put_set(set, &bytes);
		if (!id.n || !is_selected_type(s, id) || strings_intern(seen, buf_str(&bytes)) != n)
			continue;
		vec_push(&type_of_id(s, id)->series, (uint32_t)s->series.n);
		vec_push(&s->series, set);
	}
	vec_push(&s->answer, answer);
	buf_release(&bytes);
}

struct ms_range server_next_part(const struct server *s, int64_t start, int64_t end)
{
	int64_t longest = s->querier.longest;

	if (longest > 0 && end - start > longest)
		end = start + longest;
	return (struct ms_range){ start, end };
}

static bool ask_series(struct server *s)
{
	struct strings seen;
	int64_t at = s->range.start;

	strings_init(&seen);
	while (at <= s->range.end && !s->failed) {
		struct ms_range part = server_next_part(s, at, s->range.end);
		Querier__SeriesResponse *answer = querier_series(&s->querier, s->selector.p, part);

		if (answer) {
			add_sets(s, answer, &seen);
			at = part.end + 1;
		} else if (!s->querier.is_too_long || part.end - part.start <= s->querier.longest) {
			s->failed = true;
		}
	}
	strings_release(&seen);
	return !s->failed;
}

/* Types */

const struct server_type *server_default_type(const struct server *s)
{
	const struct server_type *best = NULL;

	for (size_t i = 0; i < s->type.n; i++) {
		const struct server_type *t = &s->type.v[i];

		if (!best || type_parts_is_better(&t->is, &best->is))
			best = t;
	}
	return best;
}

static bool is_the_type(const struct server *s, size_t i)
{
	const struct server_type *t = &s->type.v[i];
	uint64_t index;

	return str_eq(t->is.part[1], s->ask.type) || type_ids_agree(s->ask.type, t->is.id) ||
	       str_eq(t->is.part[1], type_of_event(s->ask.type)) ||
	       (str_u64(s->ask.type, &index) && index == i);
}

static void keep_type(struct server *s, size_t keep)
{
	for (size_t i = 0; i < s->type.n; i++)
		if (i != keep)
			vec_release(&s->type.v[i].series);
	s->type.v[0] = s->type.v[keep];
	s->type.n = 1;
}

static bool choose_types(struct server *s)
{
	size_t i = 0;

	if (s->type.n)
		qsort(s->type.v, s->type.n, sizeof(*s->type.v), type_parts_compare);
	for (i = 0; i < s->type.n; i++)
		s->type.v[i].group = !i ? 0 :
					  s->type.v[i - 1].group +
						     !type_parts_are_together(&s->type.v[i - 1].is,
									      &s->type.v[i].is);
	if (s->type.n && s->ask.type.n) {
		for (i = 0; i < s->type.n && !is_the_type(s, i);)
			i++;
		if (i == s->type.n)
			return server_fail(s, "there is no type %.*s", STR_ARG(s->ask.type));
		keep_type(s, i);
	} else if (s->type.n && s->ask.one_type) {
		keep_type(s, (size_t)(server_default_type(s) - s->type.v));
	}
	for (i = 0; i < s->type.n; i++)
		if (s->ngroup <= s->type.v[i].group)
			s->ngroup = s->type.v[i].group + 1;
	return true;
}

/* Spans and traces */

bool server_is_by_id(const struct server *s)
{
	return s->span || s->trace;
}

/* Take a matcher of ids. False after an error. */
static bool take_id(struct server *s, const struct matcher *m)
{
	const char **to = str_eq(m->name, S("span_id")) ? &s->span : &s->trace;

	if (m->op != MATCH_EQUAL || !m->value.n)
		return server_fail(s, "a server selects a %.*s by its value: =, no other operator",
				   STR_ARG(m->name));
	if (*to)
		return server_fail(s, "a server selects one %.*s", STR_ARG(m->name));
	*to = strings_get(&s->text, strings_intern(&s->text, m->value)).p;
	return true;
}

static bool take_ids(struct server *s)
{
	const struct selector *selector = s->ask.selector;

	for (size_t i = 0; selector && i < selector->labels.n; i++)
		if (server_is_id(selector->labels.v[i].name) && !take_id(s, &selector->labels.v[i]))
			return false;
	if (s->span && s->trace)
		return server_fail(s, "a server selects a span or a trace, not both");
	return true;
}

/* Opening */

static int64_t floor_ms(int64_t ns)
{
	return ns / 1000000 - (ns % 1000000 < 0);
}

/* Servers silently omit data older than their look-back. */
static void note_old_range(struct server *s)
{
	static const int64_t week_ms = INT64_C(7) * 86400 * 1000;

	if (s->range.start < floor_ms(when_now()) - week_ms)
		buf_printf(&s->notes,
			   "%s: most servers leave out what is older than 7 days, without a word\n",
			   s->url);
}

void server_set_window(struct server *s, int64_t start)
{
	int64_t step = s->ask.step / 1000000, rest;

	s->at = 0;
	s->window = (struct ms_range){ start, s->range.end };
	if (!step)
		return;
	rest = (start - floor_ms(s->ask.origin)) % step;
	s->window.end = start + step - 1 - (rest < 0 ? rest + step : rest);
	if (s->window.end > s->range.end)
		s->window.end = s->range.end;
}

bool server_open(struct server *s, const char *url, const struct server_ask *ask)
{
	*s = (struct server){ .url = url, .ask = *ask };
	strings_init(&s->text);
	s->range.start = floor_ms(ask->since);
	s->range.end = floor_ms(ask->until - 1);
	server_put_selector(s, NULL, NULL, 0, &s->selector);
	if (!querier_open(&s->querier, url, ask->http)) {
		s->failed = true;
		return false;
	}
	if (!take_ids(s) || !ask_series(s) || !choose_types(s))
		return false;
	server_set_window(s, s->range.start);
	if (!ask->one_type && !ask->no_stacks && !ask->all_labels)
		server_note_labels(s);
	note_old_range(s);
	return true;
}

void server_close(struct server *s)
{
	querier_close(&s->querier);
	for (size_t i = 0; i < s->answer.n; i++)
		querier__series_response__free_unpacked(s->answer.v[i], NULL);
	for (size_t i = 0; i < s->type.n; i++)
		vec_release(&s->type.v[i].series);
	vec_release(&s->type);
	vec_release(&s->series);
	vec_release(&s->answer);
	strings_release(&s->text);
	buf_release(&s->selector);
	buf_release(&s->error);
	buf_release(&s->notes);
}
