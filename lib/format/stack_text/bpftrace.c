/*
 * Maps of bpftrace whose keys are stacks:
 *
 *	Attaching 1 probe...
 *
 *	@[
 *	    do_nanosleep+5
 *	    hrtimer_nanosleep+220
 *	,
 *	    clock_nanosleep+30
 *	    main+16
 *	, sleepd, 4]: 17
 *	@bytes[vfs_read, cat]: 4096
 *	@us[vfs_read, cat]: count 3, average 10, total 30	stats()
 *	@lat[vfs_read, cat]:					hist(), lhist()
 *	[2, 4)                 3 |@@@@@@@@@@@@@@            |
 *	[4, 8)                11 |@@@@@@@@@@@@@@@@@@@@@@@@@@|
 *
 * Frames come leaf first; those of ustack(raw) are addresses without an indentation, and versions
 * of 2018 indent none. Other keys become root frames. Each map is a sample type; one of stats() is
 * two, its total and the number of values. Of a histogram the number of values is read. Maps
 * without keys have no stacks.
 */
#include "format/format.h"
#include "format/perf_script/perf_lines.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	struct buf map;  /* the name of the current map */
	struct buf keys; /* of the current stack, except its frames */
	bool in_key, in_histogram;
	int64_t values;      /* in the current histogram */
	uint64_t histograms; /* read so far */
	uint64_t left_out;   /* lines of maps without keys */
};

/* Lines */

/* "@bytes[": the map's name, and the rest of the line. False for another line. */
static bool begin_map(struct reader *r, struct str line, struct str *rest)
{
	struct str name = line;

	*rest = line;
	name = str_cut(rest, '[');
	if (!str_starts(name, S("@")) || !rest->p)
		return false;
	name = str_skip(name, 1);
	r->map.n = 0;
	buf_add(&r->map, name);
	vec_clear(&r->s.frames);
	r->keys.n = 0;
	r->in_key = true;
	return true;
}

static void add_keys(struct reader *r, struct str text)
{
	text = str_trim(text);
	if (str_starts(text, S(",")))
		text = str_trim(str_skip(text, 1));
	while (str_ends(text, S(",")))
		text = str_trim(str(text.p, text.n - 1));
	if (!text.n)
		return;
	if (r->keys.n)
		buf_add(&r->keys, S(", "));
	buf_add(&r->keys, text);
}

/* The column of the number of values in the map, which has another column for their sum. */
static uint32_t number_column(struct reader *r)
{
	struct buf name = { 0 };
	uint32_t col;

	if (!r->map.n)
		return stack_text_column(&r->s, S("samples"), S("count"));
	buf_printf(&name, "%.*s_count", STR_ARG(buf_str(&r->map)));
	col = stack_text_column(&r->s, buf_str(&name), S("count"));
	buf_release(&name);
	return col;
}

/* "17", "count 3, average 10, total 30" */
static bool add_value(struct reader *r, struct str text)
{
	static const struct str total = { ", total ", 8 };
	struct str map = buf_str(&r->map), number = text;
	ptrdiff_t at = str_find(text, total);
	uint32_t col[2];
	int64_t v[2];

	if (str_i64(text, &v[0])) {
		stack_text_sample(&r->s,
				  stack_text_column(&r->s, map.n ? map : S("samples"), S("count")),
				  v[0], (label_set_id){ 0 });
		return true;
	}
	if (!str_starts(text, S("count ")) || at < 0 ||
	    !str_i64(str_skip(text, (size_t)at + total.n), &v[0]))
		return false;
	number = str_skip(number, S("count ").n);
	if (!str_i64(str_cut(&number, ','), &v[1]))
		return false;
	col[0] = stack_text_column(&r->s, map.n ? map : S("total"), S("count"));
	col[1] = number_column(r);
	stack_text_values(&r->s, col, v, 2, (label_set_id){ 0 });
	return true;
}

/* Where the value begins in ", sleepd, 4]: 17", the end of a key. -1 in another line. */
static ptrdiff_t value_at(struct str line)
{
	for (size_t i = line.n; i-- > 0;)
		if (line.p[i] == ']' && i + 1 < line.n && line.p[i + 1] == ':' &&
		    (i + 2 == line.n || line.p[i + 2] == ' '))
			return (ptrdiff_t)i + 2;
	return -1;
}

/* The end of a key, whose value begins at `at`. */
static bool end_key(struct reader *r, struct str line, size_t at)
{
	struct str value = str_trim(str_skip(line, at));

	add_keys(r, str(line.p, at - 2));
	if (r->keys.n)
		stack_text_source(&r->s, buf_str(&r->keys), S(""), 0);
	r->keys.n = 0;
	r->in_key = false;
	r->in_histogram = !value.n;
	if (!value.n || add_value(r, value))
		return true;
	vec_clear(&r->s.frames);
	return in_bad(r->s.in, "expected a number, or 'count N, average N, total N', found '%.*s'",
		      STR_ARG(str(value.p, min_size(value.n, 80))));
}

/* "[2, 4)                 3 |@@@@@@@|", "(..., 0)   1 |@@|": false in another line */
static bool read_bucket(struct reader *r, struct str line)
{
	ptrdiff_t bar = str_find(line, S(" |")), blank;
	struct str count;
	int64_t n;

	if (bar < 0 || !line.n || !memchr("[(", line.p[0], 2))
		return false;
	count = str_trim(str(line.p, (size_t)bar));
	blank = str_rchr(count, ' ');
	if (blank < 0 || !str_i64(str_skip(count, (size_t)blank + 1), &n))
		return false;
	r->values = sat_add(r->s.p, r->values, n);
	return true;
}

static void end_histogram(struct reader *r)
{
	if (!r->in_histogram)
		return;
	if (r->values) {
		stack_text_sample(&r->s, number_column(r), r->values, (label_set_id){ 0 });
		r->histograms++;
	}
	vec_clear(&r->s.frames);
	r->in_histogram = false;
	r->values = 0;
}

/* "    do_nanosleep+5", "	7f5b2 main+12 (/usr/bin/app)" of ustack(perf) */
static void add_frame(struct reader *r, struct str line)
{
	struct perf_frame f;
	struct str what, binary;

	if (str_starts(str_trim(line), S("0x")) || !perf_frame_line(line, &f) || !f.what.n) {
		stack_text_frame(&r->s, S(""), str_trim(line));
		return;
	}
	what = f.what;
	binary = perf_cut_binary(&what);
	stack_text_frame(&r->s, binary, str_trim(what));
}

/* "ffffffff8103ce3b" of ustack(raw) */
static bool add_raw_frame(struct reader *r, struct str line)
{
	struct loc row = { .flags = LOC_ADDR };

	if (!str_hex(line, &row.addr))
		return false;
	vec_push(&r->s.frames, dict_add_loc(r->s.p->dict, row));
	return true;
}

static bool read_bpftrace_line(struct reader *r, struct str line)
{
	struct str rest;
	ptrdiff_t at;
	bool begins;

	if (r->in_histogram && read_bucket(r, line))
		return true;
	end_histogram(r);
	begins = !r->in_key && begin_map(r, line, &rest);
	if (begins)
		line = rest;
	else if (!r->in_key && str_starts(line, S("@")))
		r->left_out++;
	if (!r->in_key || !str_trim(line).n)
		return true; /* heading, printed text, or nothing */
	at = value_at(line);
	if (at >= 0)
		return end_key(r, line, (size_t)at);
	if (begins || line.p[0] == ',')
		add_keys(r, line);
	else if (!add_raw_frame(r, line))
		add_frame(r, line);
	return true;
}

static void add_notes(struct reader *r)
{
	struct profile *p = r->s.p;

	if (p->ncol > 1) {
		p->head.default_type = p->col[0].type;
		in_note(r->s.in, 0,
			"%zu types, of which '%.*s' is shown unless --type asks for another",
			p->ncol, STR_ARG(dict_text(p->dict, p->col[0].type)));
	}
	if (r->histograms)
		in_note(r->s.in, 0, "of %llu histograms only the number of values is read",
			(unsigned long long)r->histograms);
	if (r->left_out)
		in_note(r->s.in, 0, "%llu lines of maps without keys are left out",
			(unsigned long long)r->left_out);
}

static bool bpftrace_read(struct in *in, struct profile *p)
{
	struct reader r = { .in_key = false };
	struct str line;

	stack_text_begin(&r.s, in, p);
	while (in_line(in, &line) && read_bpftrace_line(&r, line))
		;
	if (!in->failed && r.in_key)
		in_bad(in, "ends in a key: ']: COUNT' is missing");
	if (!in->failed)
		end_histogram(&r);
	if (!in->failed && p->sample.n <= 1)
		in_fail(in, "holds no samples");
	if (!in->failed)
		add_notes(&r);
	stack_text_end(&r.s);
	buf_release(&r.map);
	buf_release(&r.keys);
	return !in->failed;
}

/* "@", "@bytes": what a key may follow */
static bool is_map_name(struct str name)
{
	if (!str_starts(name, S("@")))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (name.p[i] != '_' && !is_digit(name.p[i]) &&
		    ((name.p[i] | 0x20) < 'a' || (name.p[i] | 0x20) > 'z'))
			return false;
	return true;
}

/*
 * "@[", a frame; or "@a[b]: 5". What the program prints may come before, and messages of
 * bpftrace.
 */
static int bpftrace_sniff(struct sniff *s)
{
	enum { STACK = 24, LINE = 12 };
	struct str head = s->head;
	bool other = false;

	while (head.n) {
		struct str line = str_cut(&head, '\n'), rest = line, next = head;
		struct str name = str_cut(&rest, '[');
		ptrdiff_t at = value_at(line);
		uint64_t pc;
		int64_t count;

		if (!line.n || str_eq(line, S("^C")) || str_starts(line, S("Attaching ")) ||
		    str_starts(line, S("Attached ")))
			continue;
		if (!is_map_name(name) || !rest.p) { /* or a map without keys */
			other |= !str_starts(line, S("@"));
			continue;
		}
		next = str_cut(&next, '\n');
		if (at < 0 && next.p) /* "@[", "@[bash, " */
			return !rest.n || !next.n || is_blank(next.p[0]) || str_hex(next, &pc) ?
				       STACK :
				       0;
		if (at < 0 || other)
			return 0;
		line = str_trim(str_skip(line, (size_t)at));
		return str_i64(line, &count) || str_starts(line, S("count ")) ||
				       (!line.n && str_starts(next, S("["))) ?
			       LINE :
			       0;
	}
	return 0;
}

const struct format format_bpftrace = {
	.name = "bpftrace",
	.help = "maps of bpftrace whose keys are stacks",
	.sniff = bpftrace_sniff,
	.read = bpftrace_read,
};
