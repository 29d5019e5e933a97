#include "source/server.h"

#include <stdlib.h>

#include "base/when.h"
#include "format/input.h"
#include "profile/type.h"

/* Names of labels of the server's own. */
#define TYPE_LABEL "__profile_type__"

enum { IN_FLIGHT = 4 };

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

/* Which series there are */

static struct str label_of(const Querier__LabelSet *set, struct str name)
{
	for (size_t i = 0; i < set->n_labels; i++)
		if (str_eq(str_of(set->labels[i]->name), name))
			return str_of(set->labels[i]->value);
	return S("");
}

/* Labels of the server's own begin with two underscores. */
static bool is_private(const char *name)
{
	return str_starts(str_of(name), S("__"));
}

/* The labels of a set that are the user's, and its type, in one way only. */
static void put_set(const Querier__LabelSet *set, struct buf *b)
{
	b->n = 0;
	for (size_t i = 0; i < set->n_labels; i++) {
		const Querier__LabelPair *l = set->labels[i];

		if (is_private(l->name) && !str_eq(str_of(l->name), S(TYPE_LABEL)))
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
	struct str rest;

	for (size_t i = 0; i < s->type.n; i++)
		if (str_eq(s->type.v[i].id, id))
			return &s->type.v[i];
	t.id = rest = strings_get(&s->text, strings_intern(&s->text, id));
	for (size_t i = 0; i < LEN(t.part); i++)
		t.part[i] = str_cut(&rest, ':');
	vec_push(&s->type, t);
	return &vec_last(&s->type);
}

static void add_sets(struct server *s, Querier__SeriesResponse *answer, struct strings *seen)
{
	struct buf bytes = { 0 };

	for (size_t i = 0; i < answer->n_sets; i++) {
		const Querier__LabelSet *set = answer->sets[i];
		struct str id = label_of(set, S(TYPE_LABEL));
		uint32_t n = seen->n;

		put_set(set, &bytes);
		if (!id.n || !is_selected_type(s, id) ||
		    strings_intern(seen, buf_str(&bytes)) != n)
			continue;
		vec_push(&type_of_id(s, id)->series, (uint32_t)s->series.n);
		vec_push(&s->series, set);
	}
	vec_push(&s->answer, answer);
	buf_release(&bytes);
}

/* The part of the range that begins at `start`, no longer than the server allows. */
static struct ms_range next_part(const struct server *s, int64_t start, int64_t end)
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
		struct ms_range part = next_part(s, at, s->range.end);
		Querier__SeriesResponse *answer =
			querier_series(&s->querier, s->selector.p, part);

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

static bool is_count_of_samples(const struct server_type *t)
{
	return str_eq(t->part[1], S("samples")) || str_eq(t->part[1], S("sample"));
}

/* Of two types of a file, the one that counts samples comes first; others by name. */
static int by_group(const void *a, const void *b)
{
	const struct server_type *x = a, *y = b;
	static const size_t parts[] = { 0, 3, 4, 1, 2 };
	int order = 0;

	for (size_t i = 0; i < 3 && !order; i++)
		order = str_cmp(x->part[parts[i]], y->part[parts[i]]);
	if (!order)
		order = is_count_of_samples(y) - is_count_of_samples(x);
	for (size_t i = 3; i < LEN(parts) && !order; i++)
		order = str_cmp(x->part[parts[i]], y->part[parts[i]]);
	return order;
}

static bool same_group(const struct server_type *a, const struct server_type *b)
{
	return str_eq(a->part[0], b->part[0]) && str_eq(a->part[3], b->part[3]) &&
	       str_eq(a->part[4], b->part[4]);
}

/* Processor time is what most profiles are about. */
static int rank_of(const struct server_type *t)
{
	bool is_cpu = str_eq(t->part[0], S("process_cpu"));

	return is_cpu && str_eq(t->part[1], S("cpu")) ? 0 : is_cpu ? 1 : 2;
}

const struct server_type *server_default_type(const struct server *s)
{
	const struct server_type *best = NULL;

	for (size_t i = 0; i < s->type.n; i++) {
		const struct server_type *t = &s->type.v[i];

		if (!best || rank_of(t) < rank_of(best) ||
		    (t->group == best->group && rank_of(t) == rank_of(best)))
			best = t;
	}
	return best;
}

static bool is_the_type(const struct server *s, size_t i)
{
	const struct server_type *t = &s->type.v[i];
	uint64_t index;

	return str_eq(t->part[1], s->ask.type) || type_ids_agree(s->ask.type, t->id) ||
	       str_eq(t->part[1], type_of_event(s->ask.type)) ||
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
		qsort(s->type.v, s->type.n, sizeof(*s->type.v), by_group);
	for (i = 0; i < s->type.n; i++)
		s->type.v[i].group = i ? s->type.v[i - 1].group +
						 !same_group(&s->type.v[i - 1], &s->type.v[i]) :
					 0;
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

/* Opening */

static int64_t floor_ms(int64_t ns)
{
	return ns / 1000000 - (ns % 1000000 < 0);
}

/* Servers answer for their look-back only, and say nothing of what is older. */
static void note_old_range(struct server *s)
{
	static const int64_t week_ms = INT64_C(7) * 86400 * 1000;

	if (s->range.start < floor_ms(when_now()) - week_ms)
		buf_printf(&s->notes,
			   "%s: most servers leave out what is older than 7 days, without a word\n",
			   s->url);
}

static void note_labels_left_out(struct server *s);

bool server_open(struct server *s, const char *url, const struct server_ask *ask)
{
	struct selector labels = { 0 };

	*s = (struct server){ .url = url, .ask = *ask };
	strings_init(&s->text);
	s->range.start = floor_ms(ask->since);
	s->range.end = floor_ms(ask->until - 1);
	if (ask->selector)
		labels.labels = ask->selector->labels;
	selector_print(&labels, &s->selector);
	buf_ch(&s->selector, '\0');
	if (!querier_open(&s->querier, url, ask->http)) {
		s->failed = true;
		return false;
	}
	if (!ask_series(s) || !choose_types(s))
		return false;
	if (!ask->one_type && !ask->no_stacks)
		note_labels_left_out(s);
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

/* Dividing series by labels */

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

			if (!is_private(set->labels[k]->name) &&
			    strings_intern(&seen, str_of(set->labels[k]->name)) == n)
				vec_push(names, set->labels[k]->name);
		}
	}
	strings_release(&seen);
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_text);
}

/* The selector, and one value of each label. */
static void put_selector(const struct server *s, const Querier__LabelSet *set, const struct str *by,
			 size_t n, struct buf *b)
{
	struct selector all = { 0 };

	for (size_t i = 0; s->ask.selector && i < s->ask.selector->labels.n; i++)
		vec_push(&all.labels, s->ask.selector->labels.v[i]);
	for (size_t i = 0; i < n; i++)
		vec_push(&all.labels, { .name = by[i], .value = label_of(set, by[i]) });
	selector_print(&all, b);
	buf_ch(b, '\0');
	vec_release(&all.labels);
}

/* The labels that all of some series have. */
static label_set_id common_labels(const struct server *s, const uint32_t *series, size_t n,
				  struct dictionary *d)
{
	const Querier__LabelSet *first = s->series.v[series[0]];
	label_set_id set = { 0 };

	for (size_t k = 0; k < first->n_labels; k++) {
		struct str name = str_of(first->labels[k]->name);
		struct str value = str_of(first->labels[k]->value);
		bool all = !is_private(first->labels[k]->name);

		for (size_t i = 1; i < n && all; i++)
			all = str_eq(label_of(s->series.v[series[i]], name), value);
		if (all)
			set = dict_add_text_label(d, set, name, value);
	}
	return set;
}

static void group_values(const Querier__LabelSet *set, const struct str *by, size_t n,
			 struct buf *b)
{
	b->n = 0;
	buf_ch(b, '='); /* never empty: string 0 is */
	for (size_t i = 0; i < n; i++) {
		buf_add(b, label_of(set, by[i]));
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
		put_selector(s, s->series.v[members.v[0]], by, n, &new.selector);
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

/* Does the label have one value in all series, or none in any? */
static bool is_common(const struct server *s, const struct server_type *t, struct str name)
{
	struct str value = label_of(s->series.v[t->series.v[0]], name);

	for (size_t i = 1; i < t->series.n; i++)
		if (!str_eq(label_of(s->series.v[t->series.v[i]], name), value))
			return false;
	return true;
}

static void note_labels_left_out(struct server *s)
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
			   "%s: samples are added up without the label%s %.*s, which differ%s "
			   "between %zu series\n",
			   s->url, lost.n > 2 ? "s" : "", STR_ARG(buf_str(&list)),
			   lost.n > 2 ? "" : "s", s->series.n);
	strings_release(&lost);
	buf_release(&list);
	vec_release(&names);
}

/* Merges */

void merges_add(struct merges *m, const struct server_type *t, const struct series_group *group,
		struct ms_range range)
{
	struct merge *new = mem_zeroed(1, sizeof(*new));

	new->question.type_id = t->id.p;
	new->question.selector = group->selector.p;
	new->question.range = range;
	new->type = t;
	new->labels = group->labels;
	vec_push(m, new);
}

void merges_release(struct merges *m)
{
	for (size_t i = 0; i < m->n; i++) {
		merge_question_release(&m->v[i]->question);
		mem_free(m->v[i], sizeof(*m->v[i]));
	}
	vec_release(m);
}

/* Divide a range that is too long for the server. */
static void merges_add_parts(const struct server *s, struct merges *m, const struct merge *whole)
{
	struct ms_range part, all = whole->question.range;

	for (int64_t at = all.start; at <= all.end; at = part.end + 1) {
		struct merge *new = mem_zeroed(1, sizeof(*new));

		part = next_part(s, at, all.end);
		*new = *whole;
		new->question = (struct merge_question){ .type_id = whole->question.type_id,
							 .selector = whole->question.selector,
							 .range = part };
		vec_push(m, new);
	}
}

static bool take_answer(struct server *s, const struct merge *merge, struct str bytes,
			struct profile *p,
			void (*take)(void *context, const struct merge *merge, struct profile *p),
			void *context)
{
	struct input input;
	bool has_profile, ok;

	if (!bytes.n)
		return true;
	input_open_memory(&input, s->url, bytes, &format_pprof);
	has_profile = input_next(&input, p);
	ok = input_close(&input);
	if (!ok) {
		s->error.n = 0;
		buf_add(&s->error, buf_str(&input.in.error));
		buf_ch(&s->error, '\0');
		s->failed = true;
	} else if (has_profile && p->sample.n > 1 && p->ncol != 1) {
		ok = server_fail(s, "its answer has %zu sample types, and one was asked for",
				 p->ncol);
	} else if (has_profile && p->sample.n > 1) {
		profile_round(p);
		take(context, merge, p);
	}
	profile_clear(p);
	input_release(&input);
	return ok;
}

bool server_merge(struct server *s, struct merges *m, struct dictionary *d,
		  void (*take)(void *context, const struct merge *merge, struct profile *answer),
		  void *context)
{
	struct querier *q = &s->querier;
	struct profile p;
	size_t next = 0;

	profile_init(&p, d);
	while (!s->failed && (next < m->n || querier_in_flight(q))) {
		struct merge_question *question;
		struct str bytes;

		if (next < m->n && querier_in_flight(q) < IN_FLIGHT) {
			querier_merge(q, &m->v[next++]->question);
		} else if (querier_merged(q, &question, &bytes)) {
			take_answer(s, (struct merge *)question, bytes, &p, take, context);
		} else if (q->is_too_long &&
			   question->range.end - question->range.start > q->longest) {
			merges_add_parts(s, m, (struct merge *)question);
		} else {
			s->failed = true;
		}
	}
	profile_release(&p);
	return !s->failed;
}

/* Profiles */

static void add_answer(void *context, const struct merge *merge, struct profile *answer)
{
	const struct server_type *t = merge->type;
	struct profile *p = context;

	for (uint32_t i = 1; i < answer->sample.n; i++) {
		stack_id stack = profile_sample(answer, (sample_id){ i })->stack;

		profile_add_value(p, t->col, profile_add_sample(p, stack, merge->labels),
				  sat_mul(p, answer->col[0].v[i], t->scale));
	}
	p->saturated += answer->saturated;
}

void server_begin_profile(struct server *s, struct profile *p, uint32_t group)
{
	profile_begin(p);
	p->head.time = s->range.start * 1000000;
	p->head.duration = (s->range.end + 1 - s->range.start) * 1000000;
	for (size_t i = 0; i < s->type.n; i++) {
		struct server_type *t = &s->type.v[i];

		if (t->group != group)
			continue;
		t->col = profile_column(p, dict_intern(p->dict, t->part[1]),
					dict_intern(p->dict, t->part[2]), &t->scale);
		p->col[t->col].nprofile = p->nprofile;
		p->head.period_type = dict_intern(p->dict, t->part[3]);
		p->head.period_unit = dict_intern(p->dict, t->part[4]);
		if (s->ngroup > 1)
			p->head.default_type = p->col[t->col].type;
	}
}

static bool merge_group(struct server *s, struct profile *p, uint32_t group)
{
	struct series_groups groups = { 0 };
	struct merges merges = { 0 };
	bool ok;

	for (size_t i = 0; i < s->type.n; i++) {
		const struct server_type *t = &s->type.v[i];
		size_t first = groups.n;

		if (t->group != group)
			continue;
		server_divide(s, t, s->ask.label, s->ask.nlabel, p->dict, &groups);
		for (size_t k = first; k < groups.n; k++)
			merges_add(&merges, t, &groups.v[k], s->range);
	}
	ok = server_merge(s, &merges, p->dict, add_answer, p);
	merges_release(&merges);
	series_groups_release(&groups);
	return ok;
}

bool server_next(struct server *s, struct profile *p)
{
	while (!s->failed && s->at < s->ngroup) {
		uint32_t group = s->at++;

		server_begin_profile(s, p, group);
		if ((s->ask.no_stacks ? server_index : merge_group)(s, p, group) && p->sample.n > 1)
			return true;
	}
	return false;
}
