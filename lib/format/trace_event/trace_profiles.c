/*
 * CPU profiles of V8 in traces. An event "CpuProfile" has all of one; "Profile" begins
 * one, and events "ProfileChunk" with its id add nodes, samples and times:
 *
 *	{"name": "Profile", "ph": "P", "id": "0x1", "args": {"data": {"startTime": 1}}, ...}
 *	{"name": "ProfileChunk", "ph": "P", "id": "0x1", "args": {"data": {
 *	  "cpuProfile": {"nodes": [{"id": 2, "parent": 1, "callFrame": {...}}],
 *			 "samples": [2]},
 *	  "timeDeltas": [100]}}, ...}
 *
 * The thread of "Profile" is the one that was sampled; chunks are those of the sampler.
 * "args" may come before the id that says which profile they are of.
 */
#include <math.h>
#include <stdlib.h>

#include "format/trace_event/trace_event.h"

/* Reading a part */

static void begin_part(struct trace_reader *r)
{
	if (!r->event.has_profile)
		v8_nodes_init(&r->event.nodes, r->j, r->p->dict);
	r->event.has_profile = true;
}

static void read_deltas(struct trace_reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j))
		packed_add(&r->event.deltas, json_scaled(r->j, 1000));
}

static void read_cpu_profile(struct trace_reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("nodes")) && json_enter(r->j, JSON_ARRAY)) {
			while (json_element(r->j))
				v8_read_node(&r->event.nodes, r->j, 0);
		} else if (str_eq(key, S("samples")) && json_enter(r->j, JSON_ARRAY)) {
			while (json_element(r->j))
				packed_add(&r->event.ids, (int64_t)json_u64(r->j));
		} else if (str_eq(key, S("timeDeltas"))) {
			read_deltas(r);
		} else if (str_eq(key, S("startTime"))) {
			r->event.start = json_f64(r->j);
		} else if (str_eq(key, S("endTime"))) {
			r->event.end = json_f64(r->j);
		}
	}
}

static void read_data(struct trace_reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("cpuProfile")) && r->j->kind == JSON_OBJECT) {
			begin_part(r);
			read_cpu_profile(r);
		} else if (str_eq(key, S("timeDeltas")) && r->j->kind == JSON_ARRAY) {
			begin_part(r);
			read_deltas(r);
		} else if (str_eq(key, S("startTime")) && r->j->kind == JSON_NUMBER) {
			r->event.start = json_f64(r->j);
		} else if (str_eq(key, S("endTime")) && r->j->kind == JSON_NUMBER) {
			r->event.end = json_f64(r->j);
		}
	}
}

void trace_read_args(struct trace_reader *r)
{
	struct str key;
	int64_t line;

	if (r->j->kind != JSON_OBJECT)
		return; /* Chrome writes "__stripped__" here */
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("name")) && r->j->kind == JSON_STRING)
			r->event.arg_name = dict_intern(r->p->dict, r->j->text);
		else if (str_eq(key, S("filename")) && r->j->kind == JSON_STRING)
			r->event.file = dict_intern(r->p->dict, r->j->text);
		else if (str_eq(key, S("line")) && json_is_i64(r->j, &line))
			r->event.line = line;
		else if (str_eq(key, S("count")))
			r->event.has_count = true;
		else if (str_eq(key, S("data")) && r->j->kind == JSON_OBJECT)
			read_data(r);
	}
}

/* Keeping it */

static struct trace_profile *event_profile(struct trace_reader *r, uint32_t *number)
{
	struct trace_event *e = &r->event;
	struct buf key = { 0 };

	buf_printf(&key, "%.*s:", STR_ARG(buf_str(&e->pid)));
	if (e->id.n)
		buf_add(&key, buf_str(&e->id));
	else
		buf_printf(&key, "t%.*s", STR_ARG(buf_str(&e->tid)));
	*number = strings_intern(&r->profile_ids, buf_str(&key));
	buf_release(&key);
	while (r->profiles.n <= *number) {
		vec_push(&r->profiles,
			 { .thread = trace_thread(r, buf_str(&e->pid), buf_str(&e->tid)) });
		v8_nodes_init(&vec_last(&r->profiles).nodes, r->j, r->p->dict);
	}
	return &r->profiles.v[*number];
}

void trace_keep_profile(struct trace_reader *r)
{
	struct str name = dict_text(r->p->dict, r->event.name);
	struct trace_chunk c = { .ts = r->event.ts, .order = (uint32_t)r->chunks.n };
	struct trace_profile *profile;

	if (!r->event.has_profile && !str_eq(name, S("Profile")) &&
	    !str_eq(name, S("ProfileChunk")))
		return;
	profile = event_profile(r, &c.profile);
	if (str_eq(name, S("Profile")))
		profile->thread = trace_thread(r, buf_str(&r->event.pid), buf_str(&r->event.tid));
	if (r->event.start > 0)
		profile->start = r->event.start;
	if (r->event.end > 0)
		profile->end = r->event.end;
	if (!r->event.has_profile)
		return;
	v8_merge_nodes(&profile->nodes, &r->event.nodes);
	c.ids = r->ids.n;
	buf_add(&r->ids, buf_str(&r->event.ids));
	c.ids_end = r->ids.n;
	c.deltas = r->deltas.n;
	buf_add(&r->deltas, buf_str(&r->event.deltas));
	c.deltas_end = r->deltas.n;
	vec_push(&r->chunks, c);
}

/* Adding all of them */

static int by_profile(const void *a, const void *b)
{
	const struct trace_chunk *x = a, *y = b;

	if (x->profile != y->profile)
		return x->profile < y->profile ? -1 : 1;
	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static struct cursor part_of(const struct buf *list, size_t from, size_t end)
{
	return cursor_over(end > from ? str(list->p + from, end - from) : S(""));
}

static void add_chunk(struct trace_reader *r, struct v8_nodes *nodes, struct v8_samples *to,
		      const struct trace_chunk *c)
{
	struct cursor ids = part_of(&r->ids, c->ids, c->ids_end),
		      deltas = part_of(&r->deltas, c->deltas, c->deltas_end);

	while (c->ids < c->ids_end && cursor_left(&ids))
		v8_add_sample(to, v8_node_row(nodes, (uint64_t)packed_next(&ids)));
	while (c->deltas < c->deltas_end && cursor_left(&deltas))
		v8_add_delta(to, packed_next(&deltas));
}

/* Add the profile of these chunks. */
static void add_profile(struct trace_reader *r, const struct trace_chunk *chunk, size_t n)
{
	struct trace_profile *profile = &r->profiles.v[chunk->profile];
	double us = profile->end - profile->start;
	struct tree_samples samples;
	struct v8_samples timed = { .to = &samples };
	struct v8_tree tree = { 0 };
	uint32_t count, cpu;

	tree_samples_init(&samples, r->j, r->p);
	v8_cpu_columns(r->p, &count, &cpu);
	r->p->head.default_type = r->p->head.period_type;
	timed.group = tree_group(&samples, trace_labels(r, profile->thread), count, cpu);
	for (size_t i = 0; i < n; i++)
		add_chunk(r, &profile->nodes, &timed, &chunk[i]);
	v8_end_samples(&timed, profile->end > 0 && us >= 0 && us < 1e15 ? llround(us * 1000) : -1);
	if (v8_join_nodes(&profile->nodes, &tree))
		tree_finish(&samples, tree.v, tree.n, NULL, 0);
	vec_release(&tree);
	v8_samples_release(&timed);
	tree_samples_release(&samples);
}

void trace_add_profiles(struct trace_reader *r)
{
	size_t n;

	if (r->chunks.n)
		qsort(r->chunks.v, r->chunks.n, sizeof(*r->chunks.v), by_profile);
	for (size_t i = 0; i < r->chunks.n && !r->in->failed; i += n) {
		for (n = 1;
		     i + n < r->chunks.n && r->chunks.v[i + n].profile == r->chunks.v[i].profile;)
			n++;
		add_profile(r, r->chunks.v + i, n);
	}
}
