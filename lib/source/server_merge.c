/* Requesting merges from a server, and making profiles of them. */
#include "format/input.h"
#include "source/server_parts.h"

enum { IN_FLIGHT = 4 };

/* Merges */

void merges_add(const struct server *s, struct merges *m, const struct server_type *t,
		const struct series_group *group, struct ms_range range)
{
	struct merge *new = mem_zeroed(1, sizeof(*new));

	new->question.type_id = t->is.id.p;
	new->question.selector = group->selector.p;
	new->question.range = range;
	new->question.span = s->span;
	new->question.trace = s->trace;
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

/* Divide a range that is longer than the server allows. */
static void merges_add_parts(const struct server *s, struct merges *m, const struct merge *whole)
{
	struct ms_range part, all = whole->question.range;

	for (int64_t at = all.start; at <= all.end; at = part.end + 1) {
		struct merge *new = mem_zeroed(1, sizeof(*new));

		part = server_next_part(s, at, all.end);
		*new = *whole;
		new->question = (struct merge_question){ .type_id = whole->question.type_id,
							 .selector = whole->question.selector,
							 .span = whole->question.span,
							 .trace = whole->question.trace,
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

	input_open_memory(&input, s->url, bytes, &format_pprof);
	/* Nothing was measured then: no bytes, or gzip around no bytes. */
	has_profile = !in_end(&input.in) && input_next(&input, p);
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
	p->head.time = s->window.start * 1000000;
	p->head.duration = (s->window.end + 1 - s->window.start) * 1000000;
	for (size_t i = 0; i < s->type.n; i++) {
		struct server_type *t = &s->type.v[i];

		if (t->group != group)
			continue;
		t->col = profile_column(p, dict_intern(p->dict, t->is.part[1]),
					dict_intern(p->dict, t->is.part[2]), &t->scale);
		p->col[t->col].nprofile = p->nprofile;
		p->head.period_type = dict_intern(p->dict, t->is.part[3]);
		p->head.period_unit = dict_intern(p->dict, t->is.part[4]);
		if (s->ngroup > 1)
			p->head.default_type = p->col[t->col].type;
	}
}

/* Divide by the labels that the query keeps. */
static void divide_as_asked(struct server *s, const struct server_type *t, struct dictionary *d,
			    struct series_groups *groups)
{
	struct label_names names = { 0 };
	VEC(struct str) all = { 0 };

	if (!s->ask.all_labels) {
		server_divide(s, t, s->ask.label, s->ask.nlabel, d, groups);
		return;
	}
	server_label_names(s, t, &names);
	for (size_t i = 0; i < names.n; i++)
		vec_push(&all, str_of(names.v[i]));
	server_divide(s, t, all.v, all.n, d, groups);
	vec_release(&all);
	vec_release(&names);
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
		divide_as_asked(s, t, p->dict, &groups);
		for (size_t k = first; k < groups.n; k++)
			merges_add(s, &merges, t, &groups.v[k], s->window);
	}
	ok = server_merge(s, &merges, p->dict, add_answer, p);
	merges_release(&merges);
	series_groups_release(&groups);
	return ok;
}

bool server_next(struct server *s, struct profile *p)
{
	while (!s->failed) {
		uint32_t group = s->at++;

		if (group >= s->ngroup) {
			if (s->window.end >= s->range.end)
				break;
			server_set_window(s, s->window.end + 1);
			continue;
		}
		server_begin_profile(s, p, group);
		if ((s->ask.no_stacks && !server_is_by_id(s) ? server_index : merge_group)(s, p,
											   group) &&
		    p->sample.n > 1)
			return true;
	}
	return false;
}
