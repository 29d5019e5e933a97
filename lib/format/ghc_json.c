/*
 * JSON of the Glasgow Haskell Compiler's profiler (+RTS -pj): a tree of cost centres.
 *
 *	{"program": "x", "tick_interval": 1000,
 *	 "cost_centres": [{"id": 1, "label": "f", "module": "Main", "src_loc": "M.hs:3:1-9"}],
 *	 "profile": {"id": 1, "entries": 1, "alloc": 648, "ticks": 2, "children": [...]}}
 *
 * A tick is a sample of tick_interval microseconds; "alloc" is in bytes. Both belong to the
 * node alone. Left out: "entries", how often a cost centre was entered.
 */
#include "format/format.h"
#include "format/json/json_paths.h"
#include "format/json/tree_samples.h"

enum { DEEPEST = 2000 };

struct ghc_node {
	int64_t ticks, alloc;
};

struct reader {
	struct json_in *j;
	struct in *in;
	struct profile *p;
	struct strings ids; /* of cost centres; the number is the frame's */
	VEC(loc_id) locs;   /* by the number of the id; 0 = not known yet */
	VEC(struct tree_node) nodes;
	VEC(struct ghc_node) values; /* by node */
	int64_t tick;                /* ns */
	bool has_profile;
};

static uint32_t centre_number(struct reader *r)
{
	uint32_t n;

	json_u64(r->j);
	n = strings_intern(&r->ids, r->j->text);
	while (r->locs.n <= n)
		vec_push(&r->locs, (loc_id){ 0 });
	return n;
}

/* "src/Main.hs:63:9-16" or "src/Main.hs:(3,1)-(5,9)"; "<built-in>" has no place. */
static void parse_place(struct reader *r, struct str text, struct func *f)
{
	struct str place = text, digits;
	ptrdiff_t colon = str_chr(text, ':');
	uint64_t line;

	if (colon < 0)
		return;
	place = str_skip(text, (size_t)colon + 1);
	if (place.n && place.p[0] == '(')
		place = str_skip(place, 1);
	digits = place;
	digits.n = 0;
	while (digits.n < place.n && is_digit(place.p[digits.n]))
		digits.n++;
	if (!str_u64(digits, &line) || line > INT32_MAX)
		return;
	f->file = dict_intern(r->p->dict, str(text.p, (size_t)colon));
	f->line = (uint32_t)line;
}

static void read_centre(struct reader *r)
{
	struct buf module = { 0 }, label = { 0 };
	struct func f = { 0 };
	uint32_t number = 0;
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("id")))
			number = centre_number(r);
		else if (str_eq(key, S("label")))
			buf_add(&label, json_string(r->j));
		else if (str_eq(key, S("module")))
			buf_add(&module, json_string(r->j));
		else if (str_eq(key, S("src_loc")) && r->j->kind == JSON_STRING)
			parse_place(r, r->j->text, &f);
	}
	if (module.n)
		buf_ch(&module, '.');
	buf_add(&module, buf_str(&label));
	f.name = dict_intern(r->p->dict, buf_str(&module));
	if (number)
		r->locs.v[number] = dict_add_loc(r->p->dict,
						 (struct loc){ .func = dict_add_func(r->p->dict, f),
							       .line = f.line });
	buf_release(&module);
	buf_release(&label);
}

static void read_node(struct reader *r, uint32_t parent)
{
	uint32_t node = (uint32_t)r->nodes.n;
	struct str key;

	if (r->j->depth > DEEPEST) {
		json_fail(r->j, "the nodes are nested too deeply");
		return;
	}
	vec_push(&r->nodes, { parent, 0 });
	vec_push(&r->values, { 0 });
	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("id"))) {
			uint32_t number = centre_number(r);

			r->nodes.v[node].frame = number;
		} else if (str_eq(key, S("ticks"))) {
			r->values.v[node].ticks = json_i64(r->j);
		} else if (str_eq(key, S("alloc"))) {
			r->values.v[node].alloc = json_i64(r->j);
		} else if (str_eq(key, S("children")) && json_enter(r->j, JSON_ARRAY)) {
			while (json_element(r->j))
				read_node(r, node);
		}
	}
}

static void read_members(struct reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("cost_centres")) && json_enter(r->j, JSON_ARRAY)) {
			while (json_element(r->j))
				read_centre(r);
		} else if (str_eq(key, S("profile"))) {
			r->has_profile = true;
			read_node(r, 0);
		} else if (str_eq(key, S("tick_interval"))) {
			r->tick = json_scaled(r->j, 1000);
		}
	}
}

static uint32_t column(struct reader *r, struct str type, struct str unit)
{
	int64_t scale;

	return profile_column(r->p, dict_intern(r->p->dict, type), dict_intern(r->p->dict, unit),
			      &scale);
}

static void add_nodes(struct reader *r, struct tree_samples *to)
{
	uint32_t samples = column(r, S("samples"), S("count")),
		 cpu = column(r, S("cpu"), S("nanoseconds")),
		 space = column(r, S("alloc_space"), S("bytes")), time, alloc;
	struct header *h = &r->p->head;

	h->period_type = h->default_type = dict_intern(r->p->dict, S("cpu"));
	h->period_unit = dict_intern(r->p->dict, S("nanoseconds"));
	h->period = r->tick;
	time = tree_group(to, (label_set_id){ 0 }, samples, cpu);
	alloc = tree_group(to, (label_set_id){ 0 }, TREE_NO_COLUMN, space);
	for (uint32_t i = 1; i < r->nodes.n; i++) {
		struct ghc_node v = r->values.v[i];

		if (v.ticks)
			tree_add(to, time, i, 0, v.ticks,
				 (struct json_decimal){ sat_mul(r->p, v.ticks, r->tick) });
		if (v.alloc)
			tree_add(to, alloc, i, 0, 0, (struct json_decimal){ v.alloc });
	}
}

static void finish(struct reader *r)
{
	struct tree_samples samples;

	if (!r->has_profile) {
		json_fail(r->j, "no profile of GHC: it has no 'profile'");
		return;
	}
	for (size_t i = 1; i < r->locs.n; i++) {
		if (r->locs.v[i].i)
			continue;
		json_fail(r->j, "cost centre %.*s is named, but not there",
			  STR_ARG(strings_get(&r->ids, (uint32_t)i)));
		return;
	}
	tree_samples_init(&samples, r->j, r->p);
	add_nodes(r, &samples);
	tree_finish(&samples, r->nodes.v, r->nodes.n, r->locs.v, r->locs.n);
	tree_samples_release(&samples);
}

static bool ghc_json_read(struct in *in, struct profile *p)
{
	struct json_in j;
	struct reader r = { .j = &j, .in = in, .p = p };

	json_in_open(&j, in);
	strings_init(&r.ids);
	vec_push(&r.nodes, { 0, 0 });
	vec_push(&r.values, { 0 });
	if (json_first(&j))
		read_members(&r);
	if (json_finished(&j))
		finish(&r);
	strings_release(&r.ids);
	vec_release(&r.locs);
	vec_release(&r.nodes);
	vec_release(&r.values);
	json_in_close(&j);
	return !in->failed;
}

static int ghc_json_sniff(struct sniff *s)
{
	return json_has(s, S("cost_centres")) || json_has(s, S("rts_arguments")) ||
			       json_has(s, S("profile.ticks")) || json_has(s, S("profile.alloc")) ?
		       JSON_BITS :
		       0;
}

const struct format format_ghc_json = {
	.name = "ghc-json",
	.help = "JSON of GHC's profiler, +RTS -pj",
	.sniff = ghc_json_sniff,
	.read = ghc_json_read,
};
