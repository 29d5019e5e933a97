/*
 * Reading speedscope's format.
 *
 * - Frames, the exporter and a profile's unit may follow the data that needs them: values
 *   are added up by node, and get their meaning at the end.
 * - Weights and times are decimals ("0.01" seconds): their sums are exact.
 * - The format does not say what was measured: time is "wall", bytes are "space", and
 *   numbers without a unit are "samples". Only in files of prof, the names of profiles are
 *   types.
 * - Profiles of a file with several are threads, and their names become labels. If they have
 *   several units, the default type is that of the profile which speedscope shows first.
 * - Events that close a frame which is not the innermost, that go back in time, or that
 *   are missing at the end, are errors; with --lenient, frames are closed as far as needed.
 */
#include "format/speedscope/speedscope.h"

#include "format/format.h"
#include "format/json/json_paths.h"
#include "format/json/tree_samples.h"

/* A frame of the sample that was read last, or an open one. */
struct step {
	uint32_t frame, node;
};

/* A profile, as known at its end. */
struct part {
	str_id name, unit;
	uint32_t group;
	struct json_decimal start, end;
};

struct reader {
	struct json_in *j;
	struct in *in;
	struct profile *p;
	struct table nodes; /* struct tree_node, each once */
	struct tree_samples samples;
	VEC(loc_id) frames; /* from 1 */
	VEC(struct part) parts;
	VEC(struct step) steps;
	bool ours;
	uint64_t active; /* 1 + activeProfileIndex; 0 = not known */
	/* Of the current profile: */
	struct part part;
	struct buf stacks, weights; /* packed: nodes; whole and frac; not paired yet */
	size_t stacks_at, weights_at;
	struct json_decimal now; /* the last event; the sum of weights */
	bool has_events;
};

/* Frames */

static void read_frame(struct reader *r)
{
	struct func f = { 0 };
	struct loc row = { 0 };
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		int64_t n = 0;

		if (str_eq(key, S("name")))
			f.name = dict_intern(r->p->dict, json_string(r->j));
		else if (str_eq(key, S("file")) && r->j->kind == JSON_STRING)
			f.file = dict_intern(r->p->dict, r->j->text);
		else if (str_eq(key, S("line")) && json_is_i64(r->j, &n) && n > 0)
			row.line = n > UINT32_MAX ? 0 : (uint32_t)n;
		else if (str_eq(key, S("col")) && json_is_i64(r->j, &n) && n > 0)
			row.column = n > UINT32_MAX ? 0 : (uint32_t)n;
	}
	row.func = dict_add_func(r->p->dict, f);
	vec_push(&r->frames, dict_add_loc(r->p->dict, row));
}

static void read_shared(struct reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (!str_eq(key, S("frames")) || !json_enter(r->j, JSON_ARRAY))
			continue;
		while (json_element(r->j))
			read_frame(r);
	}
}

/* The current token, a frame's number from 0, as a number from 1. */
static uint32_t frame_number(struct reader *r)
{
	uint64_t n = json_u64(r->j);

	if (n < UINT32_MAX)
		return (uint32_t)n + 1;
	json_fail(r->j, "frame %llu is not there", (unsigned long long)n);
	return 0;
}

static uint32_t node_below(struct reader *r, uint32_t parent, uint32_t frame)
{
	return table_intern(&r->nodes, &(struct tree_node){ parent, frame });
}

/* Samples */

static void add_weighted(struct reader *r, uint32_t node, struct json_decimal weight)
{
	uint64_t time = r->now.whole > 0 ? (uint64_t)r->now.whole : 0;

	tree_add(&r->samples, r->part.group, node, time, 0, weight);
	r->now.whole = sat_add(r->p, r->now.whole, weight.whole);
}

static int64_t take_packed(struct buf *list, size_t *at)
{
	struct cursor c = cursor_over(str_skip(buf_str(list), *at));
	int64_t v = packed_next(&c);

	*at += cursor_pos(&c);
	if (*at == list->n)
		*at = list->n = 0;
	return v;
}

/* The node of a sample, an array of frames. It often begins like the previous sample. */
static uint32_t read_stack(struct reader *r)
{
	uint32_t node = 0;
	size_t n = 0;

	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		uint32_t frame = frame_number(r);

		if (n < r->steps.n && r->steps.v[n].frame != frame)
			r->steps.n = n;
		if (n == r->steps.n)
			vec_push(&r->steps, { frame, node_below(r, node, frame) });
		node = r->steps.v[n++].node;
	}
	return node;
}

static void read_samples(struct reader *r)
{
	vec_clear(&r->steps);
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		uint32_t node = read_stack(r);
		struct json_decimal w;

		if (!r->weights.n) {
			packed_add(&r->stacks, node);
			continue;
		}
		w.whole = take_packed(&r->weights, &r->weights_at);
		w.frac = (uint64_t)take_packed(&r->weights, &r->weights_at);
		add_weighted(r, node, w);
	}
}

static void read_weights(struct reader *r)
{
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j)) {
		struct json_decimal w = json_decimal(r->j);

		if (r->stacks.n) {
			add_weighted(r, (uint32_t)take_packed(&r->stacks, &r->stacks_at), w);
			continue;
		}
		packed_add(&r->weights, w.whole);
		packed_add(&r->weights, (int64_t)w.frac);
	}
}

/* Events */

static uint32_t innermost(const struct reader *r)
{
	return r->steps.n ? vec_last(&r->steps).node : 0;
}

/* Time passes until `at`, in the innermost frame. */
static bool pass_time(struct reader *r, struct json_decimal at, uint64_t pos)
{
	struct json_decimal d = json_decimal_minus(at, r->now);
	uint64_t time = r->now.whole > 0 ? (uint64_t)r->now.whole : 0;

	if (r->has_events && d.whole < 0)
		return in_bad_at(r->in, pos, "an event is earlier than the one before it");
	if (r->has_events && r->steps.n && (d.whole || d.frac))
		tree_add(&r->samples, r->part.group, innermost(r), time, 0, d);
	r->now = at;
	r->has_events = true;
	return true;
}

static bool is_open(const struct reader *r, uint32_t frame)
{
	for (size_t i = r->steps.n; i-- > 0;)
		if (r->steps.v[i].frame == frame)
			return true;
	return false;
}

static void close_frame(struct reader *r, uint32_t frame, uint64_t pos)
{
	if (r->steps.n && vec_last(&r->steps).frame == frame) {
		vec_pop(&r->steps);
		return;
	}
	if (!r->steps.n)
		in_bad_at(r->in, pos, "an event closes frame %u, but no frame is open", frame - 1);
	else
		in_bad_at(r->in, pos, "an event closes frame %u, but frame %u is the innermost",
			  frame - 1, vec_last(&r->steps).frame - 1);
	if (r->in->failed || !is_open(r, frame))
		return;
	while (vec_last(&r->steps).frame != frame)
		vec_pop(&r->steps);
	vec_pop(&r->steps);
}

static void read_event(struct reader *r)
{
	struct json_decimal at = { 0 };
	uint64_t pos = r->j->pos;
	uint32_t frame = 0;
	char type = 0;
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("type")))
			type = json_string(r->j).n == 1 ? r->j->text.p[0] : '?';
		else if (str_eq(key, S("frame")))
			frame = frame_number(r);
		else if (str_eq(key, S("at")))
			at = json_decimal(r->j);
	}
	if (r->in->failed || !pass_time(r, at, pos))
		return;
	if (type == 'O' && frame)
		vec_push(&r->steps, { frame, node_below(r, innermost(r), frame) });
	else if (type == 'C' && frame)
		close_frame(r, frame, pos);
	else
		in_bad_at(r->in, pos, "an event that is neither 'O' nor 'C', or has no frame");
}

static void read_events(struct reader *r)
{
	vec_clear(&r->steps);
	r->now = (struct json_decimal){ 0 };
	json_enter(r->j, JSON_ARRAY);
	while (json_element(r->j))
		read_event(r);
	if (!r->in->failed && r->steps.n)
		in_bad_at(r->in, r->j->pos, "the events end while frame %u is open",
			  vec_last(&r->steps).frame - 1);
}

/* Profiles */

static void read_profile_member(struct reader *r, struct str key)
{
	if (str_eq(key, S("name")) && r->j->kind == JSON_STRING)
		r->part.name = dict_intern(r->p->dict, r->j->text);
	else if (str_eq(key, S("unit")))
		r->part.unit = dict_intern(r->p->dict, json_string(r->j));
	else if (str_eq(key, S("startValue")))
		r->part.start = json_decimal(r->j);
	else if (str_eq(key, S("endValue")))
		r->part.end = json_decimal(r->j);
	else if (str_eq(key, S("samples")))
		read_samples(r);
	else if (str_eq(key, S("weights")))
		read_weights(r);
	else if (str_eq(key, S("events")))
		read_events(r);
}

static void read_profile(struct reader *r)
{
	struct str key;

	r->part = (struct part){ .group = tree_group(&r->samples, (label_set_id){ 0 },
						     TREE_NO_COLUMN, 0) };
	r->now = (struct json_decimal){ 0 };
	r->has_events = false;
	r->stacks.n = r->stacks_at = r->weights.n = r->weights_at = 0;
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key))
		read_profile_member(r, key);
	if (!r->in->failed && r->stacks.n + r->weights.n > 0)
		in_bad_at(r->in, r->j->pos, "a profile has not as many weights as samples");
	vec_push(&r->parts, r->part);
}

/* The end: the meaning of values */

/* Units of speedscope, and of this project. */
static const struct unit {
	struct str name;
	const char *type, *unit;
	int64_t scale;
} units[] = {
	{ S("none"), "samples", "count", 1 },
	{ S("nanoseconds"), "wall", "nanoseconds", 1 },
	{ S("microseconds"), "wall", "nanoseconds", 1000 },
	{ S("milliseconds"), "wall", "nanoseconds", 1000000 },
	{ S("seconds"), "wall", "nanoseconds", 1000000000 },
	{ S("bytes"), "space", "bytes", 1 },
};

static const struct unit *unit_of(struct reader *r, const struct part *part)
{
	struct str name = dict_text(r->p->dict, part->unit);

	for (size_t i = 0; i < LEN(units); i++)
		if (str_eq(units[i].name, name))
			return &units[i];
	json_fail(r->j,
		  "a profile has the unit '%.*s', not one of none, nanoseconds, microseconds, "
		  "milliseconds, seconds and bytes",
		  STR_ARG(str(name.p, min_size(name.n, 40))));
	return &units[0];
}

/* Each profile lasts as long as its own time; threads run at the same time. */
static void note_duration(struct reader *r, const struct part *part, int64_t scale)
{
	int64_t ns = json_decimal_times(json_decimal_minus(part->end, part->start), scale).whole;

	if (ns > r->p->head.duration)
		r->p->head.duration = ns;
}

static void name_part(struct reader *r, const struct part *part)
{
	struct dictionary *d = r->p->dict;
	const struct unit *u = unit_of(r, part);
	struct tree_group *g = &r->samples.groups.v[part->group - 1];
	str_id type = r->ours && part->name.i ? part->name : dict_intern(d, str_of(u->type));
	int64_t scale;

	g->value_col = profile_column(r->p, type, dict_intern(d, str_of(u->unit)), &scale);
	g->scale = u->scale;
	if (!r->ours && r->parts.n > 1 && part->name.i)
		g->labels = dict_add_text_label(d, g->labels, S("thread"),
						dict_text(d, part->name));
	if (!r->ours && str_eq(str_of(u->unit), S("nanoseconds")))
		note_duration(r, part, u->scale);
}

static void read_members(struct reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("shared"))) {
			read_shared(r);
		} else if (str_eq(key, S("exporter")) && r->j->kind == JSON_STRING) {
			r->ours = str_starts(r->j->text, S(SPEEDSCOPE_EXPORTER " "));
		} else if (str_eq(key, S("activeProfileIndex")) && json_is_u64(r->j, &r->active)) {
			r->active++;
		} else if (str_eq(key, S("profiles"))) {
			json_enter(r->j, JSON_ARRAY);
			while (json_element(r->j))
				read_profile(r);
		}
	}
}

/* That of the profile which speedscope shows when it opens the file. */
static void set_default_type(struct reader *r)
{
	size_t shown = r->active && r->active <= r->parts.n ? r->active - 1 : 0;

	if (r->in->failed || (r->ours && !r->active))
		return;
	r->p->head.default_type =
		r->p->col[r->samples.groups.v[r->parts.v[shown].group - 1].value_col].type;
}

static void finish_profiles(struct reader *r)
{
	if (!r->parts.n)
		json_fail(r->j, "no profile of speedscope: it has no 'profiles'");
	for (size_t i = 0; i < r->parts.n && !r->in->failed; i++)
		name_part(r, &r->parts.v[i]);
	set_default_type(r);
	if (!r->in->failed)
		tree_finish(&r->samples, (const struct tree_node *)r->nodes.rows, r->nodes.n,
			    r->frames.v, r->frames.n);
}

static bool speedscope_read(struct in *in, struct profile *p)
{
	struct json_in j;
	struct reader r = { .j = &j, .in = in, .p = p };

	json_in_open(&j, in);
	table_init(&r.nodes, sizeof(struct tree_node), sizeof(struct tree_node));
	tree_samples_init(&r.samples, &j, p);
	vec_push(&r.frames, (loc_id){ 0 });
	if (json_first(&j))
		read_members(&r);
	if (json_finished(&j))
		finish_profiles(&r);
	tree_samples_release(&r.samples);
	table_release(&r.nodes);
	vec_release(&r.frames);
	vec_release(&r.parts);
	vec_release(&r.steps);
	buf_release(&r.stacks);
	buf_release(&r.weights);
	json_in_close(&j);
	return !in->failed;
}

static int speedscope_sniff(struct sniff *s)
{
	if (json_has(s, S("profiles.*.events")) || json_has(s, S("profiles.*.samples")) ||
	    json_has(s, S("profiles.*.weights")) || json_has(s, S("profiles.*.unit")))
		return JSON_BITS;
	return json_has(s, S("$schema")) || json_has(s, S("shared.frames")) ? JSON_ANY_BITS : 0;
}

const struct format format_speedscope = {
	.name = "speedscope",
	.help = "JSON of speedscope: py-spy, rbspy, dotnet-trace",
	.events = true,
	.sniff = speedscope_sniff,
	.read = speedscope_read,
	.write = speedscope_write,
};
