/* The samples of a thread: reading their columns, and adding them to the profile. */
#include "format/firefox/firefox.h"

enum sample_column {
	SAMPLE_STACK,
	SAMPLE_TIME,
	SAMPLE_DELTA,
	SAMPLE_WEIGHT,
	SAMPLE_CPU,
	SAMPLE_NONE
};

static const struct {
	struct str name;
	enum sample_column column;
} names[] = {
	{ S("stack"), SAMPLE_STACK },        { S("time"), SAMPLE_TIME },
	{ S("timeDeltas"), SAMPLE_DELTA },   { S("weight"), SAMPLE_WEIGHT },
	{ S("threadCPUDelta"), SAMPLE_CPU },
};

enum { MOST_PLACES = 16, MILLION = 1000000 };

static enum sample_column sample_column(struct str name)
{
	for (size_t i = 0; i < LEN(names); i++)
		if (str_eq(names[i].name, name))
			return names[i].column;
	return SAMPLE_NONE;
}

void firefox_samples_release(struct firefox_samples *s)
{
	buf_release(&s->stack);
	buf_release(&s->weight);
	buf_release(&s->cpu);
	buf_release(&s->time);
}

static void add_time(struct firefox_reader *r, struct firefox_samples *s, int64_t at)
{
	if (r->p->keep_times)
		packed_add(&s->time, (int64_t)((uint64_t)at - (uint64_t)s->last));
	if (!s->has_time)
		s->first = at;
	s->has_time = true;
	s->last = at;
}

static void add_weight(struct firefox_reader *r, struct firefox_samples *s, bool null)
{
	struct json_decimal d = { 0 };

	if (!null)
		d = json_decimal(r->j);
	packed_add(&s->weight, d.whole);
	packed_add(&s->weight, (int64_t)(d.frac / (FRAC_ONE / MILLION)));
	s->nweight++;
}

/* A weight, whole or in millionths. */
static int64_t next_weight(struct firefox_reader *r, struct cursor *weights, bool millionths)
{
	int64_t whole = packed_next(weights), part = packed_next(weights);

	return millionths ? sat_add(r->p, sat_mul(r->p, whole, MILLION), part) : whole;
}

/* Read the current value into this column. A null is 0, except for stacks. */
static void add_cell(struct firefox_reader *r, struct firefox_samples *s, enum sample_column column)
{
	bool null = r->j->kind == JSON_NULL;
	int64_t v;

	switch (column) {
	case SAMPLE_STACK:
		packed_add(&s->stack, null ? -1 : (int64_t)json_u64(r->j));
		s->nstack++;
		break;
	case SAMPLE_TIME: add_time(r, s, null ? s->last : json_scaled(r->j, MILLION)); break;
	case SAMPLE_DELTA:
		v = null ? 0 : json_scaled(r->j, MILLION);
		add_time(r, s, (int64_t)((uint64_t)s->last + (uint64_t)v));
		break;
	case SAMPLE_WEIGHT: add_weight(r, s, null); break;
	case SAMPLE_CPU:
		packed_add(&s->cpu, null ? 0 : json_scaled(r->j, 1));
		s->ncpu++;
		break;
	case SAMPLE_NONE: break;
	}
}

static void read_schema(struct firefox_reader *r, enum sample_column *place)
{
	struct str key;
	uint64_t at;

	for (size_t i = 0; i < MOST_PLACES; i++)
		place[i] = SAMPLE_NONE;
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		if (json_is_u64(r->j, &at) && at < MOST_PLACES)
			place[at] = sample_column(key);
}

/* A row may be shorter than the schema: missing values are null. */
static void read_row(struct firefox_reader *r, struct firefox_samples *s,
		     const enum sample_column *place)
{
	size_t n = 0;

	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		if (n < MOST_PLACES)
			add_cell(r, s, place[n]);
		n++;
	}
	for (; n < MOST_PLACES && !r->in->failed; n++) {
		r->j->kind = JSON_NULL;
		if (place[n] != SAMPLE_NONE)
			add_cell(r, s, place[n]);
	}
	r->j->kind = JSON_ARRAY_END;
}

static void read_samples_member(struct firefox_reader *r, struct firefox_samples *s, struct str key,
				enum sample_column *place)
{
	enum sample_column column = sample_column(key);

	if (str_eq(key, S("schema"))) {
		read_schema(r, place);
	} else if (str_eq(key, S("data")) && json_enter(r->j, JSON_ARRAY)) {
		while (json_element(r->j))
			read_row(r, s, place);
	} else if (str_eq(key, S("weightType")) && r->j->kind == JSON_STRING) {
		s->weight_type = dict_intern(r->p->dict, r->j->text);
	} else if (column != SAMPLE_NONE && r->j->kind != JSON_NULL) {
		json_enter(r->j, JSON_ARRAY);
		while (json_element(r->j))
			add_cell(r, s, column);
	}
}

void firefox_read_samples(struct firefox_reader *r, struct firefox_samples *s)
{
	/* Gecko's order of columns, for rows that come before their schema. */
	enum sample_column place[MOST_PLACES] = { SAMPLE_STACK, SAMPLE_TIME, SAMPLE_NONE,
						  SAMPLE_CPU };
	struct str key;

	for (size_t i = 4; i < MOST_PLACES; i++)
		place[i] = SAMPLE_NONE;
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		read_samples_member(r, s, key, place);
}

/* Adding them */

static uint32_t column(struct firefox_reader *r, struct str type, struct str unit)
{
	int64_t scale;

	return profile_column(r->p, dict_intern(r->p->dict, type), dict_intern(r->p->dict, unit),
			      &scale);
}

uint32_t firefox_samples_column(struct firefox_reader *r)
{
	return column(r, S("samples"), S("count"));
}

/* The column of the weights. *is_ms: they are milliseconds. */
static uint32_t weight_column(struct firefox_reader *r, const struct firefox_samples *s,
			      bool *is_ms)
{
	struct str type = dict_text(r->p->dict, s->weight_type);

	*is_ms = str_eq(type, S("tracing-ms"));
	if (*is_ms)
		return column(r, S("wall"), S("nanoseconds"));
	if (str_eq(type, S("bytes")))
		return column(r, S("space"), S("bytes"));
	return firefox_samples_column(r);
}

/* The column of the threads' CPU time, and the factor for its values. */
static uint32_t cpu_column(struct firefox_reader *r, int64_t *scale)
{
	struct str unit = dict_text(r->p->dict, r->cpu_unit);
	bool us = str_eq(unit, S("\xc2\xb5s")) || str_eq(unit, S("\xce\xbcs"));

	*scale = us ? 1000 : 1;
	if (us || str_eq(unit, S("ns")) || !unit.n)
		return column(r, S("cpu"), S("nanoseconds"));
	return column(r, S("cycles"), S("count"));
}

static label_set_id thread_labels(struct firefox_reader *r, const struct firefox_thread *t)
{
	struct dictionary *d = r->p->dict;
	label_set_id set = { 0 };

	if (t->process.i)
		set = dict_add_text_label(d, set, S("comm"), dict_text(d, t->process));
	if (t->name.i)
		set = dict_add_text_label(d, set, S("thread"), dict_text(d, t->name));
	if (t->pid >= 0)
		set = dict_add_number_label(d, set, S("pid"), t->pid);
	if (t->tid >= 0)
		set = dict_add_number_label(d, set, S("tid"), t->tid);
	return set;
}

static uint32_t thread_group(struct firefox_reader *r, const struct firefox_thread *t,
			     struct tree_samples *samples, bool *is_ms)
{
	uint32_t weight = weight_column(r, &t->samples, is_ms), cpu = TREE_NO_COLUMN, group;
	int64_t scale = 1;

	if (t->samples.ncpu) {
		cpu = cpu_column(r, &scale);
		/* As in the profiler, where CPU time is a colour on the samples. */
		r->p->head.default_type = dict_intern(r->p->dict, S("samples"));
	}
	r->has_other_weights |= r->weight && r->weight != 1 + weight;
	r->weight = r->weight ? r->weight : 1 + weight;
	group = tree_group(samples, thread_labels(r, t), weight, cpu);
	samples->groups.v[group - 1].scale = scale;
	return group;
}

/* The tables' stacks as a tree, in which stack i is node i + 1. */
struct node_list VEC_OF(struct tree_node);

static bool list_nodes(struct firefox_reader *r, const struct firefox_tables *t,
		       struct node_list *nodes)
{
	const struct firefox_column *prefix = &t->col[STACK_PREFIX],
				    *offset = &t->col[STACK_PREFIX_OFFSET],
				    *frame = &t->col[STACK_FRAME];
	size_t n = frame->n;

	if (n && prefix->n != n && offset->n != n)
		return json_fail(r->j, "stackTable: %zu frames, but %zu prefixes", n,
				 max_size(prefix->n, offset->n));
	vec_push(nodes, { 0, 0 });
	for (size_t i = 0; i < n; i++) {
		int64_t parent = prefix->n        ? prefix->v[i] :
				 offset->v[i] > 0 ? (int64_t)i - offset->v[i] :
						    -1;

		if (parent >= (int64_t)n || parent < -1)
			return json_fail(r->j, "stackTable: row %zu has a prefix that is not there",
					 i);
		vec_push(nodes, { (uint32_t)(parent + 1), (uint32_t)(frame->v[i] + 1) });
	}
	return true;
}

static bool add_samples(struct firefox_reader *r, const struct firefox_samples *s,
			struct tree_samples *to, uint32_t group, bool is_ms, size_t nnode)
{
	struct cursor stack = cursor_over(buf_str(&s->stack)),
		      weight = cursor_over(buf_str(&s->weight)),
		      cpu = cursor_over(buf_str(&s->cpu)), time = cursor_over(buf_str(&s->time));
	int64_t now = 0;

	for (uint64_t i = 0; i < s->nstack; i++) {
		int64_t node = packed_next(&stack) + 1, count = 1, value = 0;

		if (node < 0 || node >= (int64_t)nnode)
			return json_fail(r->j, "sample %llu has stack %lld of %zu stacks",
					 (unsigned long long)i, (long long)node - 1, nnode - 1);
		if (i < s->nweight)
			count = next_weight(r, &weight, is_ms);
		if (i < s->ncpu)
			value = packed_next(&cpu);
		now += cursor_left(&time) ? packed_next(&time) : 0;
		tree_add(to, group, (uint32_t)node, now > 0 ? (uint64_t)now : 0, count,
			 (struct json_decimal){ value });
	}
	return true;
}

static bool check_lengths(struct firefox_reader *r, const struct firefox_samples *s)
{
	if ((s->nweight && s->nweight != s->nstack) || (s->ncpu && s->ncpu != s->nstack))
		return json_fail(r->j, "the columns of samples are not equally long");
	return true;
}

void firefox_add_thread(struct firefox_reader *r, const struct firefox_thread *t)
{
	const struct firefox_tables *tables = t->tables.col[STACK_FRAME].n ? &t->tables :
									     &r->shared;
	struct tree_samples samples;
	struct firefox_locs locs = { 0 };
	struct node_list nodes = { 0 };
	bool is_ms;
	uint32_t group;

	if (!t->samples.nstack || !check_lengths(r, &t->samples))
		return;
	tree_samples_init(&samples, r->j, r->p);
	group = thread_group(r, t, &samples, &is_ms);
	if (t->samples.last - t->samples.first > r->p->head.duration)
		r->p->head.duration = t->samples.last - t->samples.first;
	if (list_nodes(r, tables, &nodes) && firefox_locations(r, tables, &locs) &&
	    add_samples(r, &t->samples, &samples, group, is_ms, nodes.n))
		tree_finish(&samples, nodes.v, nodes.n, locs.v, locs.n);
	vec_release(&nodes);
	vec_release(&locs);
	tree_samples_release(&samples);
}
