/*
 * Reading Chrome's trace events: Chrome itself, py-spy, uftrace, viztracer, Hermes,
 * Perfetto's JSON and many others.
 *
 * - The file is an array of events, or an object with them in "traceEvents".
 * - A writer that was stopped leaves an array without its end, after a comma or inside an
 *   event: the array is read up to there, with a note.
 * - Times and ids may be numbers or text.
 * - clang -ftime-trace adds an event "Total X" for all events X, in a thread of its own.
 * - Left out: these sums, instants, counters, flows, and asynchronous events, which have no stack.
 */
#include "format/trace_event/trace_event.h"

#include "format/folded.h"
#include "format/format.h"
#include "format/json/json_paths.h"

int64_t trace_time(struct json_in *j)
{
	struct folded_count c;

	if (j->kind == JSON_STRING && folded_count(j->text, &c))
		j->kind = JSON_NUMBER;
	return json_scaled(j, 1000);
}

struct str trace_text(struct json_in *j)
{
	return j->kind == JSON_NUMBER ? j->text : json_string(j);
}

/* Threads */

static int64_t id_number(struct str s)
{
	int64_t v;

	return str_i64(s, &v) && v >= 0 ? v : -1;
}

static uint32_t process_number(struct trace_reader *r, struct str pid)
{
	uint32_t n = strings_intern(&r->process_ids, pid);

	while (r->process_names.n <= n)
		vec_push(&r->process_names, (str_id){ 0 });
	return n;
}

uint32_t trace_thread(struct trace_reader *r, struct str pid, struct str tid)
{
	struct buf key = { 0 };
	uint32_t n;

	buf_add(&key, pid);
	buf_ch(&key, ':');
	buf_add(&key, tid);
	n = strings_intern(&r->thread_ids, buf_str(&key));
	buf_release(&key);
	while (r->threads.n <= n)
		vec_push(&r->threads, { .process = process_number(r, pid),
					.pid = id_number(pid),
					.tid = id_number(tid) });
	return n;
}

label_set_id trace_labels(struct trace_reader *r, uint32_t thread)
{
	const struct trace_thread *t = &r->threads.v[thread];
	str_id process = r->process_names.v[t->process];
	struct dictionary *d = r->p->dict;
	label_set_id set = { 0 };

	if (process.i)
		set = dict_add_text_label(d, set, S("comm"), dict_text(d, process));
	if (t->name.i)
		set = dict_add_text_label(d, set, S("thread"), dict_text(d, t->name));
	if (t->pid >= 0)
		set = dict_add_number_label(d, set, S("pid"), t->pid);
	if (t->tid >= 0)
		set = dict_add_number_label(d, set, S("tid"), t->tid);
	return set;
}

/* Events */

static uint32_t event_thread(struct trace_reader *r)
{
	return trace_thread(r, buf_str(&r->event.pid), buf_str(&r->event.tid));
}

static void keep_span(struct trace_reader *r)
{
	struct trace_event *e = &r->event;
	struct loc row = { .line = e->line > 0 && e->line < INT32_MAX ? (uint32_t)e->line : 0 };

	enum trace_phase phase = e->phase == 'B' ? TRACE_BEGIN :
				 e->phase == 'E' ? TRACE_END :
						   TRACE_WHOLE;
	uint32_t thread;

	r->nendless += phase == TRACE_WHOLE && (!e->has_dur || e->dur < 0);
	row.func = dict_add_func(r->p->dict, (struct func){ .name = e->name, .file = e->file });
	thread = event_thread(r);
	trace_keep_span(&r->threads.v[thread],
			(struct trace_span){ .ts = e->ts,
					     .order = e->dur > 0 ? e->dur : 0,
					     .frame = dict_add_loc(r->p->dict, row).i,
					     .phase = phase });
}

static void keep_sample(struct trace_reader *r)
{
	vec_push(&r->samples, { .ts = r->event.ts,
				.thread = event_thread(r),
				.stack = r->event.stack,
				.order = (uint32_t)r->samples.n });
}

static void keep_name(struct trace_reader *r)
{
	struct str name = dict_text(r->p->dict, r->event.name);
	uint32_t thread = event_thread(r), process = process_number(r, buf_str(&r->event.pid));

	if (str_eq(name, S("thread_name")))
		r->threads.v[thread].name = r->event.arg_name;
	else if (str_eq(name, S("process_name")))
		r->process_names.v[process] = r->event.arg_name;
}

static bool is_sum(const struct trace_reader *r)
{
	return r->event.phase == 'X' && r->event.has_count &&
	       str_starts(dict_text(r->p->dict, r->event.name), S("Total "));
}

static void keep_event(struct trace_reader *r)
{
	if (is_sum(r)) {
		r->nsums++;
		return;
	}
	switch (r->event.phase) {
	case 'B':
	case 'E':
	case 'X': keep_span(r); break;
	case 'M': keep_name(r); break;
	case 'P':
		if (r->event.stack)
			keep_sample(r);
		break;
	case 'b':
	case 'e':
	case 'S':
	case 'F': r->nasync++; break;
	}
	trace_keep_profile(r);
}

static void set_text(struct buf *b, struct str s)
{
	b->n = 0;
	buf_add(b, str(s.p, min_size(s.n, 256)));
}

static void read_event_member(struct trace_reader *r, struct str key)
{
	struct trace_event *e = &r->event;
	struct json_in *j = r->j;

	if (str_eq(key, S("ph")))
		e->phase = json_string(j).n ? j->text.p[0] : 0;
	else if (str_eq(key, S("name")) && j->kind == JSON_STRING)
		e->name = dict_intern(r->p->dict, j->text);
	else if (str_eq(key, S("ts")))
		e->ts = trace_time(j);
	else if (str_eq(key, S("dur")) || (str_eq(key, S("tdur")) && !e->dur)) {
		e->dur = trace_time(j);
		e->has_dur = true;
	} else if (str_eq(key, S("pid")) && j->kind != JSON_NULL)
		set_text(&e->pid, trace_text(j));
	else if (str_eq(key, S("tid")) && j->kind != JSON_NULL)
		set_text(&e->tid, trace_text(j));
	else if (str_eq(key, S("id")) && j->kind != JSON_OBJECT)
		set_text(&e->id, trace_text(j));
	else if (str_eq(key, S("sf")))
		e->stack = trace_stack(r, trace_text(j));
	else if (str_eq(key, S("weight")))
		r->nweights += !str_eq(j->text, S("1"));
	else if (str_eq(key, S("args")))
		trace_read_args(r);
}

static void begin_event(struct trace_event *e)
{
	struct buf pid = e->pid, tid = e->tid, id = e->id, ids = e->ids, deltas = e->deltas;

	if (e->has_profile)
		v8_nodes_release(&e->nodes);
	pid.n = tid.n = id.n = ids.n = deltas.n = 0;
	*e = (struct trace_event){ .pid = pid, .tid = tid, .id = id, .ids = ids, .deltas = deltas };
}

/* Read an event into r->event. False if it is cut short. */
static bool read_event(struct trace_reader *r)
{
	struct str key;

	begin_event(&r->event);
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		read_event_member(r, key);
	return r->j->kind == JSON_OBJECT_END && !r->in->failed;
}

static void read_events(struct trace_reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j))
		if (read_event(r))
			keep_event(r);
}

static void read_sample_list(struct trace_reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j))
		if (read_event(r))
			keep_sample(r);
}

static void read_trace(struct trace_reader *r)
{
	struct str key;

	if (r->j->kind == JSON_ARRAY) {
		read_events(r);
		return;
	}
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("traceEvents")))
			read_events(r);
		else if (str_eq(key, S("stackFrames")) && r->j->kind == JSON_OBJECT)
			trace_read_stack_frames(r);
		else if (str_eq(key, S("samples")) && r->j->kind == JSON_ARRAY)
			read_sample_list(r);
	}
}

/* The reader */

static void reader_init(struct trace_reader *r)
{
	strings_init(&r->thread_ids);
	strings_init(&r->process_ids);
	strings_init(&r->profile_ids);
	strings_init(&r->stack_ids);
	table_init(&r->nodes, sizeof(struct tree_node), sizeof(struct tree_node));
	r->j->cut_short = true;
	trace_stack(r, S("")); /* number 0: no frames */
}

static void reader_release(struct trace_reader *r)
{
	strings_release(&r->thread_ids);
	strings_release(&r->process_ids);
	strings_release(&r->profile_ids);
	strings_release(&r->stack_ids);
	for (size_t i = 0; i < r->profiles.n; i++)
		v8_nodes_release(&r->profiles.v[i].nodes);
	begin_event(&r->event);
	buf_release(&r->event.pid);
	buf_release(&r->event.tid);
	buf_release(&r->event.id);
	buf_release(&r->event.ids);
	buf_release(&r->event.deltas);
	for (size_t i = 0; i < r->threads.n; i++)
		buf_release(&r->threads.v[i].spans);
	vec_release(&r->threads);
	vec_release(&r->process_names);
	vec_release(&r->profiles);
	vec_release(&r->stacks);
	vec_release(&r->samples);
	vec_release(&r->chunks);
	buf_release(&r->ids);
	buf_release(&r->deltas);
	table_release(&r->nodes);
}

static void finish_trace(struct trace_reader *r)
{
	if (r->j->depth)
		in_note(r->in, 0, "the trace ends early: it was cut short, or its writer stopped");
	if (r->nasync)
		in_note(r->in, 0, "asynchronous events, which have no stack, are left out: %llu",
			(unsigned long long)r->nasync);
	if (r->nsums)
		in_note(r->in, 0, "events that sum up others are left out: %llu",
			(unsigned long long)r->nsums);
	if (r->nweights)
		in_note(r->in, 0, "weights of samples are left out: %llu",
			(unsigned long long)r->nweights);
	trace_add_profiles(r);
	if (!r->in->failed)
		trace_add_spans(r);
	if (!r->in->failed)
		trace_add_samples(r);
	if (!r->in->failed && !r->p->ncol)
		json_fail(r->j, "the trace holds no samples, and no events that begin and end");
}

static bool trace_event_read(struct in *in, struct profile *p)
{
	struct json_in j;
	struct trace_reader r = { .j = &j, .in = in, .p = p };

	json_in_open(&j, in);
	reader_init(&r);
	if (json_first(&j))
		read_trace(&r);
	if (json_finished(&j))
		finish_trace(&r);
	reader_release(&r);
	json_in_close(&j);
	return !in->failed;
}

static int trace_event_sniff(struct sniff *s)
{
	if (json_has(s, S("*.ph")) || json_has(s, S("traceEvents")) ||
	    json_has(s, S("stackFrames")) || json_has(s, S("samples.*.sf")))
		return JSON_BITS;
	return json_has(s, S("displayTimeUnit")) || json_has(s, S("metadata")) ||
			       json_has(s, S("otherData")) ?
		       JSON_ANY_BITS :
		       0;
}

const struct format format_trace_event = {
	.name = "trace-event",
	.help = "Chrome's trace events and timelines: Chrome, py-spy, uftrace",
	.events = true,
	.sniff = trace_event_sniff,
	.read = trace_event_read,
};
