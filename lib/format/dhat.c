/*
 * JSON of DHAT, from valgrind (--tool=dhat) or from Rust's crate:
 *
 *	{"dhatFileVersion": 2, "mode": "heap", "bklt": true, "cmd": "./app", "tu": "instrs", "te": 9,
 *	 "pps": [{"tb": 74850, "tbk": 300, "gb": 10, "gbk": 1, "eb": 0, "ebk": 0, "rb": 0, "wb": 9,
 *	          "fs": [1, 2, 3]}],		leaf first
 *	 "ftbl": ["[root]", "0x48417B4: malloc (in /usr/lib/x.so)", "0x109166: leaf (h.c:4)"]}
 *
 * b is bytes and bk blocks: t in total, g when most bytes were in use, e at the end; rb and wb
 * are bytes read and written. Left out: lifetimes ("tl"), the peak of each place ("mb"), which
 * is not a sum, and counts of accesses ("acc").
 */
#include "format/format.h"
#include "format/json/json_number.h"
#include "format/json/json_paths.h"

/* The values of a place, as columns. */
static const struct value {
	struct str key;
	const char *type, *unit;
} heap_values[] = {
	{ S("tbk"), "alloc_objects", "count" }, { S("tb"), "alloc_space", "bytes" },
	{ S("gbk"), "peak_objects", "count" },	{ S("gb"), "peak_space", "bytes" },
	{ S("ebk"), "inuse_objects", "count" }, { S("eb"), "inuse_space", "bytes" },
	{ S("rb"), "read", "bytes" },		{ S("wb"), "written", "bytes" },
}, copy_values[] = {
	{ S("tbk"), "copies", "count" },
	{ S("tb"), "copied", "bytes" },
}, other_values[] = {
	{ S("tbk"), "events", "count" },
	{ S("tb"), "units", "count" },
};

enum { VALUES = LEN(heap_values) };

struct reader {
	struct json_in *j;
	struct in *in;
	struct profile *p;
	struct buf places; /* packed: VALUES values, the number of frames, frames */
	VEC(loc_id) locs;  /* by frame */
	enum { HEAP, COPY, OTHER } mode;
	bool has_version, in_us;
	int64_t end;
};

static void read_frames(struct reader *r, struct buf *frames, int64_t *n)
{
	if (!json_enter(r->j, JSON_ARRAY))
		return;
	for (; json_element(r->j); ++*n)
		packed_add(frames, (int64_t)(json_u64(r->j) & INT32_MAX));
}

static void read_place(struct reader *r)
{
	int64_t value[VALUES] = { 0 }, n = 0;
	struct buf frames = { 0 };
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("fs")))
			read_frames(r, &frames, &n);
		for (size_t i = 0; i < VALUES; i++)
			if (str_eq(key, heap_values[i].key))
				value[i] = json_i64(r->j);
	}
	for (size_t i = 0; i < VALUES; i++)
		packed_add(&r->places, value[i]);
	packed_add(&r->places, n);
	buf_add(&r->places, buf_str(&frames));
	buf_release(&frames);
}

/* "leaf (h.c:4)", "malloc (in /lib/x.so)", "f (src/a.rs:1:5)" */
static void parse_function(struct reader *r, struct str text, struct loc *row)
{
	struct dictionary *d = r->p->dict;
	ptrdiff_t open = str_ends(text, S(")")) ? str_rchr(text, '(') : -1;
	struct func f = { 0 };
	struct str place = S(""), name = text;
	uint64_t line;

	if (open > 0 && text.p[open - 1] == ' ') {
		place = str(text.p + open + 1, text.n - (size_t)open - 2);
		name = str(text.p, (size_t)open - 1);
	}
	if (str_starts(place, S("in "))) {
		struct mapping m = { .file = dict_intern(d, str_skip(place, 3)) };

		row->map = dict_add_mapping(d, m);
	}
	for (int i = 0; i < 2 && !row->map.i && place.n; i++) { /* a line, a column */
		ptrdiff_t colon = str_rchr(place, ':');

		if (colon < 0 || !str_u64(str_skip(place, (size_t)colon + 1), &line))
			break;
		if (i)
			row->column = row->line;
		row->line = line < INT32_MAX ? (uint32_t)line : 0;
		place.n = (size_t)colon;
		f.file = dict_intern(d, place);
	}
	if (str_eq(name, S("???")))
		return;
	f.name = dict_intern(d, name);
	row->func = dict_add_func(d, f);
}

/* Addresses are not kept: they are those of the process, not relative to the file. */
static void read_frame(struct reader *r)
{
	struct str text = json_string(r->j), rest = text, address = str_cut(&rest, ':');
	struct loc row = { 0 };
	uint64_t n;

	if (str_starts(address, S("0x")) && str_hex(str_skip(address, 2), &n) && rest.n)
		text = str_skip(rest, 1);
	parse_function(r, text, &row);
	vec_push(&r->locs, dict_add_loc(r->p->dict, row));
}

static void read_mode(struct reader *r)
{
	struct str mode = json_string(r->j);

	r->mode = str_find(mode, S("heap")) >= 0 ? HEAP :
		  str_find(mode, S("copy")) >= 0 ? COPY :
						   OTHER;
}

static void read_members(struct reader *r)
{
	struct str key;

	json_enter(r->j, JSON_OBJECT);
	while (json_member(r->j, &key)) {
		if (str_eq(key, S("pps")) && json_enter(r->j, JSON_ARRAY)) {
			while (json_element(r->j))
				read_place(r);
		} else if (str_eq(key, S("ftbl")) && json_enter(r->j, JSON_ARRAY)) {
			while (json_element(r->j))
				read_frame(r);
		} else if (str_eq(key, S("dhatFileVersion"))) {
			r->has_version = true;
			if (json_i64(r->j) != 2)
				json_fail(r->j, "a version of DHAT's format that is not known");
		} else if (str_eq(key, S("mode"))) {
			read_mode(r);
		} else if (str_eq(key, S("tu"))) {
			r->in_us = str_eq(json_string(r->j), S("\xc2\xb5s"));
		} else if (str_eq(key, S("te"))) {
			r->end = json_i64(r->j);
		} else if (str_eq(key, S("cmd"))) {
			profile_add_fact(r->p, "command", json_string(r->j));
		}
	}
}

static bool frame_at(struct reader *r, int64_t number, loc_id *loc)
{
	if ((uint64_t)number >= r->locs.n)
		return json_fail(r->j, "a stack names frame %lld of %zu frames", (long long)number,
				 r->locs.n);
	*loc = r->locs.v[number];
	return true;
}

static bool add_places(struct reader *r, const struct value *values, size_t nvalue)
{
	struct cursor c = cursor_over(buf_str(&r->places));
	VEC(loc_id) frames = { 0 };
	uint32_t col[VALUES];
	int64_t scale;
	bool ok = true;

	for (size_t i = 0; i < nvalue; i++)
		col[i] = profile_column(r->p, dict_intern(r->p->dict, str_of(values[i].type)),
					dict_intern(r->p->dict, str_of(values[i].unit)), &scale);
	r->p->head.default_type = dict_intern(r->p->dict, str_of(values[1].type));
	while (ok && cursor_left(&c)) {
		int64_t value[VALUES];
		sample_id sample;

		for (size_t i = 0; i < VALUES; i++)
			value[i] = packed_next(&c);
		vec_clear(&frames);
		for (int64_t n = packed_next(&c); ok && n > 0; n--) {
			loc_id loc = { 0 };

			ok = frame_at(r, packed_next(&c), &loc);
			vec_push(&frames, loc);
		}
		if (!ok)
			break;
		vec_reverse(&frames);
		sample = profile_add_sample(r->p, dict_add_stack(r->p->dict, frames.v, frames.n),
					    (label_set_id){ 0 });
		for (size_t i = 0; i < nvalue; i++)
			profile_add_value(r->p, col[i], sample, value[i]);
	}
	vec_release(&frames);
	return ok;
}

static void finish(struct reader *r)
{
	if (!r->has_version) {
		json_fail(r->j, "no profile of DHAT: it has no 'dhatFileVersion'");
		return;
	}
	if (r->in_us)
		r->p->head.duration = sat_mul(r->p, r->end, 1000);
	if (r->mode == HEAP)
		add_places(r, heap_values, LEN(heap_values));
	else if (r->mode == COPY)
		add_places(r, copy_values, LEN(copy_values));
	else
		add_places(r, other_values, LEN(other_values));
}

static bool dhat_read(struct in *in, struct profile *p)
{
	struct json_in j;
	struct reader r = { .j = &j, .in = in, .p = p };

	json_in_open(&j, in);
	if (json_first(&j))
		read_members(&r);
	if (json_finished(&j))
		finish(&r);
	buf_release(&r.places);
	vec_release(&r.locs);
	json_in_close(&j);
	return !in->failed;
}

static int dhat_sniff(struct sniff *s)
{
	return json_has(s, S("dhatFileVersion")) ? JSON_BITS : 0;
}

const struct format format_dhat = {
	.name = "dhat",
	.help = "JSON of DHAT: valgrind --tool=dhat, and the crate of Rust",
	.sniff = dhat_sniff,
	.read = dhat_read,
};
