/*
 * JSON of Ruby's stackprof (stackprof --json, or JSON.generate of what StackProf.run with
 * raw: true gives):
 *
 *	{"mode": "wall", "interval": 1000, "missed_samples": 0,
 *	 "frames": {"140": {"name": "Object#f", "file": "a.rb", "line": 3}},
 *	 "raw": [2, 140, 150, 7, ...],		stacks: n, n frames root first, a count
 *	 "raw_timestamp_deltas": [1000, ...]}	us before each sample
 *
 * - The interval is in us; for "object" it is allocations.
 * - Garbage collection is a frame of its own, as in the file.
 * - Without "raw" (that of an aggregated dump) there are no stacks: an error.
 * - Left out: the line at which each frame was, "raw_lines".
 */
#include "format/format.h"
#include "format/json/json_paths.h"
#include "format/json/tree_samples.h"

struct reader {
	struct json_in *j;
	struct in *in;
	struct profile *p;
	struct strings ids; /* of frames; the number is the frame's */
	VEC(loc_id) locs;   /* by the number of the id; 0 = not known yet */
	struct table nodes; /* struct tree_node, each once */
	struct buf raw;     /* packed: node, count */
	struct buf deltas;  /* packed: us */
	str_id mode;
	int64_t interval, missed;
	int64_t total; /* of the samples, as the file says; -1 = it does not */
	int64_t nraw;  /* samples of "raw" */
	int64_t ndelta;
	bool has_raw;
};

static uint32_t frame_number(struct reader *r, struct str id)
{
	uint32_t n = strings_intern(&r->ids, id);

	while (r->locs.n <= n)
		vec_push(&r->locs, (loc_id){ 0 });
	return n;
}

static void read_frame(struct reader *r, uint32_t number)
{
	struct dictionary *d = r->p->dict;
	struct func f = { 0 };
	struct str key;
	int64_t line;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("name")))
			f.name = dict_intern(d, json_string(r->j));
		else if (str_eq(key, S("file")) && r->j->kind == JSON_STRING)
			f.file = dict_intern(d, r->j->text);
		else if (str_eq(key, S("line")) && json_is_i64(r->j, &line) && line > 0)
			f.line = line < INT32_MAX ? (uint32_t)line : 0;
	}
	r->locs.v[number] =
		dict_add_loc(d, (struct loc){ .func = dict_add_func(d, f), .line = f.line });
}

static void read_frames(struct reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		read_frame(r, frame_number(r, key));
}

/* The node of a frame below another; the frame's number, as text, is its key in "frames". */
static uint32_t node_below(struct reader *r, uint32_t parent)
{
	json_u64(r->j);
	return table_intern(&r->nodes, &(struct tree_node){ parent, frame_number(r, r->j->text) });
}

static void read_raw(struct reader *r)
{
	uint64_t left = 0;
	uint32_t node = 0;
	bool in_stack = false;

	r->has_raw = true;
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		if (!in_stack) {
			left = json_u64(r->j);
			node = 0;
			in_stack = true;
		} else if (left) {
			node = node_below(r, node);
			left--;
		} else {
			int64_t count = json_i64(r->j);

			packed_add(&r->raw, node);
			packed_add(&r->raw, count);
			r->nraw = sat_add(r->p, r->nraw, count);
			in_stack = false;
		}
	}
	if (in_stack && !r->in->failed)
		json_fail(r->j, "'raw' ends inside a stack");
}

static void read_deltas(struct reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	for (; json_element(r->j); r->ndelta++)
		packed_add(&r->deltas, json_scaled(r->j, 1));
}

static void read_members(struct reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("frames")))
			read_frames(r);
		else if (str_eq(key, S("raw")) && r->j->kind != JSON_NULL)
			read_raw(r);
		else if (str_eq(key, S("raw_timestamp_deltas")) && r->j->kind != JSON_NULL)
			read_deltas(r);
		else if (str_eq(key, S("mode")))
			r->mode = dict_intern(r->p->dict, json_string(r->j));
		else if (str_eq(key, S("interval")) && r->j->kind != JSON_NULL)
			r->interval = json_scaled(r->j, 1);
		else if (str_eq(key, S("missed_samples")) && r->j->kind != JSON_NULL)
			r->missed = json_i64(r->j);
		else if (str_eq(key, S("samples")) && r->j->kind != JSON_NULL)
			r->total = json_i64(r->j);
	}
}

/* What the modes measure. */
static const struct mode {
	struct str name;
	const char *type, *unit;
	int64_t scale; /* from the interval to the unit */
} modes[] = {
	{ S("cpu"), "cpu", "nanoseconds", 1000 },
	{ S("wall"), "wall", "nanoseconds", 1000 },
	{ S("object"), "alloc_objects", "count", 1 },
};

static const struct mode *mode_of(const struct reader *r)
{
	for (size_t i = 0; i < LEN(modes); i++)
		if (str_eq(modes[i].name, dict_text(r->p->dict, r->mode)))
			return &modes[i];
	return NULL; /* "custom": only samples */
}

static uint32_t add_group(struct reader *r, struct tree_samples *to, const struct mode *mode)
{
	struct dictionary *d = r->p->dict;
	int64_t scale;
	uint32_t samples, value = TREE_NO_COLUMN;

	samples = profile_column(r->p, dict_intern(d, S("samples")), dict_intern(d, S("count")),
				 &scale);
	if (mode) {
		str_id type = dict_intern(d, str_of(mode->type)),
		       unit = dict_intern(d, str_of(mode->unit));

		r->p->head.period_type = type;
		r->p->head.period_unit = unit;
		r->p->head.period = sat_mul(r->p, r->interval, mode->scale);
		value = profile_column(r->p, type, unit, &scale);
	}
	return tree_group(to, (label_set_id){ 0 }, samples, value);
}

/* The time of `count` samples in us, from their deltas. */
static int64_t sum_deltas(struct reader *r, struct cursor *deltas, int64_t count)
{
	int64_t sum = 0;

	for (; count > 0 && cursor_left(deltas); count--)
		sum = sat_add(r->p, sum, packed_next(deltas));
	return sum > 0 ? sum : 0;
}

static void add_samples(struct reader *r, struct tree_samples *to)
{
	struct cursor raw = cursor_over(buf_str(&r->raw)),
		      deltas = cursor_over(buf_str(&r->deltas));
	const struct mode *mode = mode_of(r);
	bool timed = mode && str_eq(mode->name, S("wall")) && r->ndelta == r->nraw;
	uint32_t group = add_group(r, to, mode);
	uint64_t time = 0;

	while (cursor_left(&raw)) {
		uint32_t node = (uint32_t)packed_next(&raw);
		int64_t count = packed_next(&raw), value;

		value = timed ? sum_deltas(r, &deltas, count) : sat_mul(r->p, count, r->interval);
		value = sat_mul(r->p, value, mode ? mode->scale : 1);
		tree_add(to, group, node, time, count, (struct json_decimal){ value });
		time += (uint64_t)value;
	}
}

static bool check_frames(struct reader *r)
{
	for (size_t i = 1; i < r->locs.n; i++)
		if (!r->locs.v[i].i)
			return json_fail(r->j, "frame %.*s is named, but not there",
					 STR_ARG(strings_get(&r->ids, (uint32_t)i)));
	return true;
}

/* Dumps of stackprof before 0.2.14 have no stacks for garbage collection. */
static void note_differences(struct reader *r)
{
	if (r->total >= 0 && r->total != r->nraw)
		in_note(r->in, 0, "the file counts %lld samples, and has stacks of %lld",
			(long long)r->total, (long long)r->nraw);
	if (r->ndelta && r->ndelta != r->nraw)
		in_note(r->in, 0, "%lld samples have %lld times: each counts for the interval",
			(long long)r->nraw, (long long)r->ndelta);
}

static void finish(struct reader *r)
{
	struct tree_samples samples;

	if (!r->has_raw) {
		json_fail(r->j, "there are no stacks ('raw'), only sums of functions: record "
				"with raw: true");
		return;
	}
	tree_samples_init(&samples, r->j, r->p);
	add_samples(r, &samples);
	if (r->missed > 0)
		profile_add_count(r->p, "lost", (uint64_t)r->missed);
	if (check_frames(r)) {
		note_differences(r);
		tree_finish(&samples, (const struct tree_node *)r->nodes.rows, r->nodes.n,
			    r->locs.v, r->locs.n);
	}
	tree_samples_release(&samples);
}

static bool stackprof_read(struct in *in, struct profile *p)
{
	struct json_in j;
	struct reader r = { .j = &j, .in = in, .p = p, .interval = 1, .total = -1 };

	json_in_open(&j, in);
	strings_init(&r.ids);
	table_init(&r.nodes, sizeof(struct tree_node), sizeof(struct tree_node));
	if (json_first(&j))
		read_members(&r);
	if (json_finished(&j))
		finish(&r);
	strings_release(&r.ids);
	table_release(&r.nodes);
	vec_release(&r.locs);
	buf_release(&r.raw);
	buf_release(&r.deltas);
	json_in_close(&j);
	return !in->failed;
}

static int stackprof_sniff(struct sniff *s)
{
	if (json_has(s, S("raw_timestamp_deltas")) || json_has(s, S("gc_samples")) ||
	    json_has(s, S("missed_samples")) ||
	    (json_has(s, S("mode")) && json_has(s, S("frames"))))
		return JSON_BITS;
	return json_has(s, S("raw.#")) ? JSON_ANY_BITS : 0;
}

const struct format format_stackprof = {
	.name = "stackprof",
	.help = "JSON of Ruby's stackprof",
	.sniff = stackprof_sniff,
	.read = stackprof_read,
};
