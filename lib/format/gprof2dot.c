/*
 * JSON of gprof2dot, which memray writes (memray transform gprof2dot):
 *
 *	{"version": 0, "costs": [{"description": "Memory", "unit": "bytes"}],
 *	 "events": [{"callchain": [0, 3, 7], "cost": [1340]}],	leaf first
 *	 "functions": [{"name": "work", "module": "app.py"}]}
 *
 * A cost is a sample type; times become nanoseconds. A module that is a path with a suffix is a
 * source file, as memray writes it; other modules are binaries.
 */
#include "format/format.h"
#include "format/json/json_number.h"
#include "format/json/json_paths.h"
#include "profile/unit.h"

enum { COSTS = 16 };

struct reader {
	struct json_in *j;
	struct in *in;
	struct profile *p;
	struct buf events;   /* packed: n, n frames, n, n costs and their fractions */
	struct buf event[2]; /* of the current event: frames, costs */
	VEC(loc_id) locs;    /* by function */
	uint32_t col[COSTS], ncol;
	int64_t scale[COSTS];
	bool has_costs;
};

static void read_cost(struct reader *r)
{
	static const struct str ns = { "nanoseconds", 11 };
	str_id type = { 0 }, unit = dict_intern(r->p->dict, S("count"));
	struct str key;
	int64_t scale, factor;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("description")))
			type = dict_intern(r->p->dict, json_string(r->j));
		else if (str_eq(key, S("unit")) && r->j->kind == JSON_STRING)
			unit = dict_intern(r->p->dict, r->j->text);
	}
	if (r->ncol == COSTS) {
		json_fail(r->j, "more than %d costs", COSTS);
		return;
	}
	factor = unit_ratio(dict_text(r->p->dict, unit), ns);
	if (factor > 1)
		unit = dict_intern(r->p->dict, ns);
	r->scale[r->ncol] = factor > 1 ? factor : 1;
	r->col[r->ncol++] = profile_column(r->p, type, unit, &scale);
	r->has_costs = true;
}

static bool is_source(struct str module)
{
	struct str name = str_basename(module);
	ptrdiff_t dot = str_rchr(name, '.');

	return dot > 0 && !str_ends(name, S(".so")) && str_find(name, S(".so.")) < 0 &&
	       !str_ends(name, S(".dll")) && !str_ends(name, S(".exe")) &&
	       !str_ends(name, S(".dylib"));
}

static void read_function(struct reader *r)
{
	struct dictionary *d = r->p->dict;
	struct func f = { 0 };
	struct loc row = { 0 };
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("name")))
			f.name = dict_intern(d, json_string(r->j));
		else if (!str_eq(key, S("module")) || r->j->kind != JSON_STRING || !r->j->text.n)
			continue;
		else if (is_source(r->j->text))
			f.file = dict_intern(d, r->j->text);
		else
			row.map = dict_add_mapping(d, (struct mapping){
							      .file = dict_intern(d, r->j->text) });
	}
	row.func = dict_add_func(d, f);
	vec_push(&r->locs, dict_add_loc(d, row));
}

static int64_t read_function_number(struct reader *r)
{
	uint64_t number = json_u64(r->j);

	if (number > INT32_MAX)
		json_fail(r->j, "an event names function %llu", (unsigned long long)number);
	return (int64_t)number;
}

static void read_event(struct reader *r)
{
	int64_t nframe = -1, ncost = -1;
	struct str key;

	r->event[0].n = r->event[1].n = 0;
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("callchain")) && json_enter(r->j, JSON_ARRAY)) {
			for (nframe = 0; json_element(r->j); nframe++)
				packed_add(&r->event[0], read_function_number(r));
		} else if (str_eq(key, S("cost")) && json_enter(r->j, JSON_ARRAY)) {
			for (ncost = 0; json_element(r->j); ncost++) {
				struct json_decimal v = json_decimal(r->j);

				packed_add(&r->event[1], v.whole);
				packed_add(&r->event[1], (int64_t)v.frac);
			}
		}
	}
	if (nframe < 0 || ncost < 0)
		json_fail(r->j, "an event without a '%s'", nframe < 0 ? "callchain" : "cost");
	packed_add(&r->events, nframe);
	buf_add(&r->events, buf_str(&r->event[0]));
	packed_add(&r->events, ncost);
	buf_add(&r->events, buf_str(&r->event[1]));
}

static void read_members(struct reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		bool costs = str_eq(key, S("costs")), events = str_eq(key, S("events"));

		if (str_eq(key, S("version")) && json_u64(r->j))
			json_fail(r->j, "a version of this format that is not read: 0 is");
		if (!costs && !events && !str_eq(key, S("functions")))
			continue;
		json_enter(r->j, JSON_ARRAY);
		while (json_element(r->j)) {
			if (costs)
				read_cost(r);
			else if (events)
				read_event(r);
			else
				read_function(r);
		}
	}
}

/* The stack of the next event; 0, with an error, if it refers to a missing function. */
static stack_id event_stack(struct reader *r, struct cursor *c)
{
	struct loc_list VEC_OF(loc_id) frames = { 0 };
	stack_id stack = { 0 };

	for (int64_t n = packed_next(c); n > 0; n--) {
		int64_t number = packed_next(c);

		if ((uint64_t)number >= r->locs.n) {
			json_fail(r->j, "an event names function %lld of %zu functions",
				  (long long)number, r->locs.n);
			break;
		}
		vec_push(&frames, r->locs.v[number]);
	}
	vec_reverse(&frames);
	if (!r->in->failed)
		stack = dict_add_stack(r->p->dict, frames.v, frames.n);
	vec_release(&frames);
	return stack;
}

static void add_cost(struct reader *r, struct cursor *c, size_t i, sample_id sample)
{
	struct json_decimal v = { .whole = packed_next(c) };

	v.frac = (uint64_t)packed_next(c);
	v = json_decimal_times(v, r->scale[i]);
	profile_add_value(r->p, r->col[i], sample, v.whole);
	profile_add_frac(r->p, r->col[i], sample, v.frac);
}

static void finish(struct reader *r)
{
	struct cursor c = cursor_over(buf_str(&r->events));

	if (!r->has_costs) {
		json_fail(r->j, "no profile of gprof2dot: it has no 'costs'");
		return;
	}
	while (cursor_left(&c) && !r->in->failed) {
		sample_id sample = profile_add_sample(r->p, event_stack(r, &c),
						      (label_set_id){ 0 });
		int64_t n = packed_next(&c);

		if (n != r->ncol)
			json_fail(r->j, "an event has %lld costs, of %u", (long long)n, r->ncol);
		for (int64_t i = 0; i < n && !r->in->failed; i++)
			add_cost(r, &c, (size_t)i, sample);
	}
}

static bool gprof2dot_read(struct in *in, struct profile *p)
{
	struct json_in j;
	struct reader r = { .j = &j, .in = in, .p = p };

	json_in_open(&j, in);
	if (json_first(&j))
		read_members(&r);
	if (json_finished(&j))
		finish(&r);
	buf_release(&r.events);
	buf_release(&r.event[0]);
	buf_release(&r.event[1]);
	vec_release(&r.locs);
	json_in_close(&j);
	return !in->failed;
}

static int gprof2dot_sniff(struct sniff *s)
{
	return json_has(s, S("events.*.callchain")) || json_has(s, S("costs.*.description")) ?
		       JSON_BITS :
		       0;
}

const struct format format_gprof2dot = {
	.name = "gprof2dot",
	.help = "JSON of gprof2dot: memray transform gprof2dot",
	.sniff = gprof2dot_sniff,
	.read = gprof2dot_read,
};
