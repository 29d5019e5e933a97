/*
 * The text of 'go tool pprof -raw', a profile.proto in words (google/pprof, profile.go):
 *
 *	PeriodType: cpu nanoseconds
 *	Period: 10000000
 *	Time: 2026-11-30 09:00:00.5 +0100 CET
 *	Duration: 30.0
 *	Samples:
 *	samples/count cpu/nanoseconds[dflt]
 *	         3   30000000: 1 2
 *	                handler:[/search]
 *	                bytes:[1024 bytes]
 *	Locations
 *	     1: 0x4a5f M=1 leaf /src/a.go:12:0 s=10
 *	             caller /src/a.go:20:0 s=18(main.caller)
 *	     2: 0x4b00 M=1 [F] main.main /src/main.go:5:0 s=3
 *	Mappings
 *	1: 0x400000/0x500000/0x0 /usr/bin/app 1f2e3d [FN][FL]
 *
 * - Samples come before the locations that they name, and those before their mappings, so
 *   that all of it is kept until the end.
 * - A location's lines (pprof_raw_line.h) are innermost first.
 * - "[dflt]" is missing in texts of older versions.
 * - The duration has lost its unit: "30.0" may be 30 s or 30 ms. It is not read.
 */
#include "base/vec.h"
#include "base/when.h"
#include "format/format.h"
#include "format/pprof/pprof_ids.h"
#include "format/pprof/pprof_raw_line.h"

struct raw_sample {
	size_t first, n; /* in reader.ids */
	label_set_id labels;
	uint64_t line; /* of the input */
};

struct raw_mapping {
	map_id row;
	uint64_t start;
	uint32_t flags;
};

struct raw_location {
	uint64_t address, mapping; /* mapping: an id, 0 = none */
	size_t first, n;           /* in reader.rows */
	uint32_t flags;
};

enum part { HEADER, SAMPLE_TYPES, SAMPLES, LOCATIONS, MAPPINGS };

struct reader {
	struct in *in;
	struct profile *p;
	enum part part;
	VEC(uint32_t) columns;
	VEC(int64_t) scales;
	VEC(uint64_t) ids;   /* of the locations of all samples, leaf first */
	VEC(int64_t) values; /* of all samples: one for each column */
	VEC(struct raw_sample) samples;
	VEC(struct raw_mapping) mappings;
	VEC(struct raw_location) locations;
	VEC(struct loc) rows; /* of all locations, innermost first */
	VEC(loc_id) frames;   /* the same in the dictionary; then those of a sample */
	struct ids mapping_ids, location_ids;
};

static bool bad_line(struct reader *r, const char *expected, struct str line)
{
	return in_bad(r->in, "expected %s, found '%.*s'", expected,
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

/* "0x4a5f" */
static bool parse_address(struct str s, uint64_t *address)
{
	return str_starts(s, S("0x")) && str_hex(str_skip(s, 2), address);
}

/* The header */

/* "2026-11-30 09:00:00.5 +0100 CET" */
static int64_t parse_time(struct str s)
{
	struct str day = str_cut(&s, ' '), clock = str_cut(&s, ' '), zone = str_cut(&s, ' ');
	struct buf text = { 0 }, error = { 0 };
	int64_t ns = 0;

	if (zone.n == 5) {
		buf_printf(&text, "%.*sT%.*s%.*s:%.*s", STR_ARG(day), STR_ARG(clock),
			   STR_ARG(str(zone.p, 3)), STR_ARG(str_skip(zone, 3)));
		if (!when_parse(buf_str(&text), 0, &ns, &error))
			ns = 0;
	}
	buf_release(&text);
	buf_release(&error);
	return ns;
}

static bool read_header_line(struct reader *r, struct str line)
{
	struct str value = line, key = str_cut(&value, ':');
	struct header *h = &r->p->head;

	value = str_trim(value);
	if (str_eq(key, S("Samples"))) {
		r->part = SAMPLE_TYPES;
	} else if (str_eq(key, S("PeriodType"))) {
		h->period_type = dict_intern(r->p->dict, str_cut_word(&value));
		h->period_unit = dict_intern(r->p->dict, value);
	} else if (str_eq(key, S("Period"))) {
		return str_i64(value, &h->period) || bad_line(r, "'Period: NUMBER'", line);
	} else if (str_eq(key, S("Time"))) {
		h->time = parse_time(value);
	} else if (str_eq(key, S("Comment"))) {
		profile_add_comment(r->p, value);
	} else if (str_eq(key, S("Doc"))) {
		h->doc_url = dict_intern(r->p->dict, value);
	}
	return true;
}

/* "samples/count cpu/nanoseconds[dflt]" */
static bool read_sample_types(struct reader *r, struct str line)
{
	static const struct str mark = { "[dflt]", 6 };
	struct dictionary *d = r->p->dict;
	struct str rest = line, word;

	r->part = SAMPLES;
	while ((word = str_cut_word(&rest)).n) {
		bool is_default = str_ends(word, mark);
		ptrdiff_t slash;
		str_id type;
		int64_t scale;

		word.n -= is_default ? mark.n : 0;
		slash = str_rchr(word, '/');
		if (slash <= 0)
			return in_fail(r->in, "expected sample types 'TYPE/UNIT', found '%.*s'",
				       STR_ARG(word));
		type = dict_intern(d, str(word.p, (size_t)slash));
		vec_push(&r->columns,
			 profile_column(r->p, type,
					dict_intern(d, str_skip(word, (size_t)slash + 1)), &scale));
		vec_push(&r->scales, scale);
		if (r->p->ncol != r->columns.n)
			return in_fail(r->in, "names the sample type %.*s twice", STR_ARG(word));
		if (is_default)
			r->p->head.default_type = type;
	}
	return true;
}

/* Samples */

static bool read_sample(struct reader *r, struct str line)
{
	struct str ids = line, values = str_cut(&ids, ':'), word;
	struct raw_sample s = { .first = r->ids.n, .line = r->in->line };
	size_t nvalue = r->values.n;
	uint64_t id;
	int64_t v;
	bool ok = ids.p;

	while (ok && (word = str_cut_word(&values)).n) {
		ok = str_i64(word, &v);
		vec_push(&r->values, v);
	}
	ok = ok && r->values.n - nvalue == r->columns.n;
	while (ok && (word = str_cut_word(&ids)).n) {
		ok = str_u64(word, &id);
		vec_push(&r->ids, id);
	}
	if (!ok) {
		r->values.n = nvalue;
		r->ids.n = s.first;
		return bad_line(r, "a value for each sample type, ':', and numbers of locations",
				line);
	}
	s.n = r->ids.n - s.first;
	vec_push(&r->samples, s);
	return true;
}

/* "1024", "1024 bytes", "1024 bytes 2048 bytes": numeric labels. False for another text. */
static bool add_numbers(struct reader *r, label_set_id *labels, str_id key, struct str text)
{
	label_set_id set = *labels;

	while (text.n) {
		struct str rest, unit;
		struct label l = { .key = key, .is_num = 1 };
		int64_t next;

		if (!str_i64(str_cut_word(&text), &l.num))
			return false;
		rest = text;
		unit = str_cut_word(&rest);
		if (unit.n && !str_i64(unit, &next)) {
			l.unit = dict_intern(r->p->dict, unit);
			text = rest;
		}
		set = dict_add_label(r->p->dict, set, l);
	}
	*labels = set;
	return true;
}

/* Where the value that begins `s` ends: at the last "]", or at the first before " KEY:[". */
static size_t end_of_value(struct str s)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		struct str key;
		ptrdiff_t open;

		if (s.p[i] != ']' || s.p[i + 1] != ' ')
			continue;
		key = str_skip(s, i + 2);
		open = str_find(key, S(":["));
		if (open > 0 && str_chr(str(key.p, (size_t)open), ' ') < 0)
			return i;
	}
	return s.n - 1;
}

/* "handler:[/search] user:[a b]" */
static bool read_labels(struct reader *r, struct str line)
{
	struct str rest = str_trim(line);
	label_set_id *labels = &vec_last(&r->samples).labels;

	while (rest.n) {
		ptrdiff_t open = str_find(rest, S(":["));
		struct str key, value;
		size_t end;
		str_id id;

		if (open < 0 || !str_ends(rest, S("]")))
			return bad_line(r, "labels 'KEY:[VALUE]'", line);
		key = str(rest.p, (size_t)open);
		value = str_skip(rest, (size_t)open + 2);
		end = end_of_value(value);
		rest = str_trim(str_skip(value, end + 1));
		value.n = end;
		id = dict_intern(r->p->dict, key);
		if (!value.n || !add_numbers(r, labels, id, value))
			*labels = dict_add_text_label(r->p->dict, *labels, key, value);
	}
	return true;
}

static bool read_sample_line(struct reader *r, struct str line)
{
	static const struct str indent = { "                ", 16 };
	struct str digits = str_trim(line);

	if (str_eq(line, S("Locations"))) {
		r->part = LOCATIONS;
		return true;
	}
	if (r->samples.n && str_starts(line, indent) && digits.n && str_find(digits, S(":[")) > 0)
		return read_labels(r, line);
	return read_sample(r, line);
}

/* Locations */

/* The row of a frame, whose function is entered. False if the text is no line of a location. */
static bool read_frame(struct reader *r, struct str text, struct loc *row)
{
	struct dictionary *d = r->p->dict;
	struct raw_line line;
	struct func f;

	if (!raw_line_parse(&line, text))
		return false;
	*row = (struct loc){ .line = line.number, .column = line.column };
	if (!line.is_known)
		return true;
	f.name = dict_intern(d, line.function);
	f.linkage = dict_intern(d, line.linkage);
	f.file = dict_intern(d, line.file);
	f.line = line.start;
	row->func = dict_add_func(d, f);
	return true;
}

/* Cut "M=1" and "[F]" off what follows the address. */
static void cut_location_flags(struct str *rest, struct raw_location *l)
{
	struct str after = *rest, word = str_cut_word(&after);

	if (str_starts(word, S("M=")) && str_u64(str_skip(word, 2), &l->mapping))
		*rest = after;
	after = *rest;
	if (str_eq(str_cut_word(&after), S("[F]"))) {
		l->flags = LOC_FOLDED;
		*rest = after;
	}
}

/* "     1: 0x4a5f M=1 [F] work /src/a.go:12:0 s=10" */
static bool read_location(struct reader *r, struct str line)
{
	struct raw_location l = { .first = r->rows.n };
	struct str rest = line, word = str_cut_word(&rest);
	struct loc row;
	uint64_t id;

	if (!str_ends(word, S(":")) || !str_u64(str(word.p, word.n - 1), &id) || !id ||
	    !parse_address(str_cut_word(&rest), &l.address))
		return bad_line(r, "'ID: ADDRESS FUNCTION FILE:LINE s=LINE'", line);
	cut_location_flags(&rest, &l);
	if (rest.n && !read_frame(r, rest, &row))
		return bad_line(r, "'ID: ADDRESS FUNCTION FILE:LINE s=LINE'", line);
	if (rest.n)
		vec_push(&r->rows, row);
	l.n = rest.n > 0;
	vec_push(&r->locations, l);
	return ids_add(&r->location_ids, id, r->locations.n) ||
	       in_fail(r->in, "location %llu occurs twice", (unsigned long long)id);
}

static bool read_location_line(struct reader *r, struct str line)
{
	static const struct str indent = { "             ", 13 };
	struct loc row;

	if (str_eq(line, S("Mappings"))) {
		r->part = MAPPINGS;
		return true;
	}
	if (!str_starts(line, indent) || !r->locations.n)
		return read_location(r, line);
	if (!read_frame(r, str_skip(line, indent.n), &row))
		return bad_line(r, "'FUNCTION FILE:LINE s=LINE'", line);
	vec_push(&r->rows, row);
	vec_last(&r->locations).n++;
	return true;
}

/* Mappings */

/* The part after the last blank, which is cut off. */
static struct str cut_last(struct str *s)
{
	ptrdiff_t blank = str_rchr(*s, ' ');
	struct str last = S("");

	if (blank >= 0) {
		last = str_skip(*s, (size_t)blank + 1);
		s->n = (size_t)blank;
	}
	return last;
}

static uint32_t mapping_bits(struct str bits)
{
	return (str_find(bits, S("[FN]")) >= 0 ? MAP_FUNCTIONS : 0) |
	       (str_find(bits, S("[FL]")) >= 0 ? MAP_FILENAMES : 0) |
	       (str_find(bits, S("[LN]")) >= 0 ? MAP_LINES : 0) |
	       (str_find(bits, S("[IN]")) >= 0 ? MAP_INLINES : 0);
}

/* "1: 0x400000/0x500000/0x0 /usr/bin/app 1f2e3d [FN][FL]": the last two may be empty. */
static bool read_mapping(struct reader *r, struct str line)
{
	struct str rest = line, number = str_cut(&rest, ':'), range, file;
	struct mapping row = { 0 };
	struct raw_mapping m = { 0 };
	uint64_t id, limit;

	rest = rest.n ? str_skip(rest, 1) : rest;
	file = rest;
	range = str_cut(&file, ' ');
	if (!str_u64(number, &id) || !id || !parse_address(str_cut(&range, '/'), &row.start) ||
	    !parse_address(str_cut(&range, '/'), &limit) || !parse_address(range, &row.offset))
		return bad_line(r, "'ID: START/LIMIT/OFFSET FILE BUILD-ID'", line);
	row.flags = mapping_bits(cut_last(&file));
	row.build_id = dict_intern(r->p->dict, cut_last(&file));
	row.file = dict_intern(r->p->dict, file);
	row.size = limit > row.start ? limit - row.start : 0;
	m.start = row.start;
	m.flags = mapping_flags(file);
	m.row = dict_add_mapping(r->p->dict, row);
	if (!r->mappings.n)
		r->p->head.main_map = m.row;
	vec_push(&r->mappings, m);
	return ids_add(&r->mapping_ids, id, r->mappings.n) ||
	       in_fail(r->in, "mapping %llu occurs twice", (unsigned long long)id);
}

/* The end */

/* Enter the rows of a location, which become outermost first, with its address. */
static bool enter_location(struct reader *r, const struct raw_location *l)
{
	size_t at = l->mapping ? ids_find(&r->mapping_ids, l->mapping) : 0;
	struct raw_mapping m = { 0 };

	if (l->mapping && !at)
		return in_fail(r->in, "a location names mapping %llu, which is not there",
			       (unsigned long long)l->mapping);
	if (at)
		m = r->mappings.v[at - 1];
	mem_reverse(r->rows.v + l->first, l->n, sizeof(*r->rows.v));
	for (size_t i = 0; i < l->n; i++) {
		struct loc *row = &r->rows.v[l->first + i];

		row->map = m.row;
		row->flags = m.flags | l->flags | (i ? LOC_INLINED : 0);
		if (l->address) {
			row->addr = l->address - m.start;
			row->flags |= LOC_ADDR;
		}
	}
	return true;
}

/* Locations without lines get a row, too, after all others. */
static bool enter_locations(struct reader *r)
{
	for (size_t i = 0; i < r->locations.n; i++) {
		struct raw_location *l = &r->locations.v[i];

		if (!l->n) {
			l->first = r->rows.n;
			l->n = 1;
			vec_push(&r->rows, (struct loc){ 0 });
		}
		if (!enter_location(r, l))
			return false;
	}
	vec_append_zeroed(&r->frames, r->rows.n);
	dict_add_locs(r->p->dict, r->rows.v, r->rows.n, r->frames.v);
	return true;
}

static bool enter_sample(struct reader *r, const struct raw_sample *s, const int64_t *value)
{
	size_t first = r->frames.n;
	sample_id sample;

	for (size_t i = s->n; i-- > 0;) {
		size_t at = ids_find(&r->location_ids, r->ids.v[s->first + i]);
		const struct raw_location *l;

		if (!at)
			return in_fail(r->in,
				       "the sample of line %llu names location %llu, which "
				       "is not there",
				       (unsigned long long)s->line,
				       (unsigned long long)r->ids.v[s->first + i]);
		l = &r->locations.v[at - 1];
		/* In a hostile file, a few bytes name a location of many lines repeatedly. */
		if (!vec_fits(&r->frames, l->n))
			return in_fail_memory(r->in);
		vec_reserve(&r->frames, r->frames.n + l->n);
		memcpy(r->frames.v + r->frames.n, r->frames.v + l->first, l->n * sizeof(loc_id));
		r->frames.n += l->n;
	}
	sample = profile_add_sample(r->p,
				    dict_add_stack(r->p->dict, r->frames.v + first,
						   r->frames.n - first),
				    s->labels);
	r->frames.n = first;
	for (size_t i = 0; i < r->columns.n; i++)
		profile_add_value(r->p, r->columns.v[i], sample,
				  sat_mul(r->p, value[i], r->scales.v[i]));
	return true;
}

static bool enter_all(struct reader *r)
{
	bool ok = enter_locations(r);

	for (size_t i = 0; ok && i < r->samples.n; i++)
		ok = enter_sample(r, &r->samples.v[i], r->values.v + i * r->columns.n);
	return ok;
}

static bool read_raw_line(struct reader *r, struct str line)
{
	switch (r->part) {
	case HEADER: return read_header_line(r, line);
	case SAMPLE_TYPES: return read_sample_types(r, line);
	case SAMPLES: return read_sample_line(r, line);
	case LOCATIONS: return read_location_line(r, line);
	case MAPPINGS: return !line.n || read_mapping(r, line);
	}
	return false;
}

static void reader_release(struct reader *r)
{
	vec_release(&r->columns);
	vec_release(&r->scales);
	vec_release(&r->ids);
	vec_release(&r->values);
	vec_release(&r->samples);
	vec_release(&r->mappings);
	vec_release(&r->locations);
	vec_release(&r->rows);
	vec_release(&r->frames);
	ids_release(&r->location_ids);
	ids_release(&r->mapping_ids);
}

static bool pprof_raw_read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p };
	struct str line;

	ids_init(&r.mapping_ids, 0);
	ids_init(&r.location_ids, 0);
	while (in_line(in, &line) && read_raw_line(&r, line))
		;
	if (!in->failed && r.part != MAPPINGS)
		in_fail(in, "ends before the line 'Mappings'");
	if (!in->failed)
		enter_all(&r);
	reader_release(&r);
	return !in->failed;
}

/* "samples/count" */
static bool is_type(struct str word)
{
	ptrdiff_t slash = str_chr(word, '/');

	return slash > 0 && (size_t)slash + 1 < word.n && str_chr(word, '\n') < 0;
}

/* Lines of the header up to "Samples:", which may be missing. */
static int pprof_raw_sniff(struct sniff *s)
{
	static const struct str keys[] = { { "Comment: ", 9 },     { "Doc: ", 5 },
					   { "PeriodType: ", 12 }, { "Period: ", 8 },
					   { "Time: ", 6 },        { "Duration: ", 10 } };
	struct str head = s->head;
	int bits = 0;

	while (head.n) {
		struct str line = str_cut(&head, '\n');
		size_t i = 0;

		if (str_eq(line, S("Samples:")))
			return bits >= 64 ? bits : is_type(str_cut(&head, ' ')) ? 64 : 0;
		while (i < LEN(keys) && !str_starts(line, keys[i]))
			i++;
		if (i == LEN(keys))
			return 0;
		bits += (int)keys[i].n * 8;
	}
	return 0;
}

const struct format format_pprof_raw = {
	.name = "pprof-raw",
	.help = "the text of go tool pprof -raw",
	.sniff = pprof_raw_sniff,
	.read = pprof_raw_read,
};
