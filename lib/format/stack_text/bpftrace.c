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
 *
 * Frames come leaf first. Other keys become root frames. Each map is a sample type.
 * Maps without keys, and histograms, have no stacks.
 */
#include "format/format.h"
#include "format/perf_script/perf_lines.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	uint32_t col;
	struct buf keys; /* of the current stack, except its frames */
	bool in_key;
	uint64_t left_out; /* lines of maps without keys */
};

/* Lines */

/* "@bytes[": the map's column, and the rest of the line. False for another line. */
static bool begin_map(struct reader *r, struct str line, struct str *rest)
{
	struct str name = line;

	*rest = line;
	name = str_cut(rest, '[');
	if (!str_starts(name, S("@")) || !rest->p)
		return false;
	name = str_skip(name, 1);
	r->col = stack_text_column(&r->s, name.n ? name : S("samples"), S("count"));
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

/* ", sleepd, 4]: 17": the end of a key. False if it is something else. */
static bool end_key(struct reader *r, struct str line)
{
	ptrdiff_t close = str_rchr(line, ':');
	int64_t count;

	if (close < 1 || line.p[close - 1] != ']' ||
	    !str_i64(str_trim(str_skip(line, (size_t)close + 1)), &count))
		return false;
	add_keys(r, str(line.p, (size_t)close - 1));
	if (r->keys.n)
		stack_text_source(&r->s, buf_str(&r->keys), S(""), 0);
	stack_text_sample(&r->s, r->col, count, (label_set_id){ 0 });
	r->keys.n = 0;
	r->in_key = false;
	return true;
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

static bool read_bpftrace_line(struct reader *r, struct str line)
{
	struct str rest;

	if (!r->in_key && begin_map(r, line, &rest))
		line = rest;
	else if (!r->in_key && str_starts(line, S("@")))
		r->left_out++;
	if (!r->in_key || !str_trim(line).n)
		return true; /* heading, printed text, or nothing */
	if (end_key(r, line))
		return true;
	if (str_ends(str_trim(line), S("]:"))) {
		r->in_key = false; /* a histogram follows */
		r->left_out++;
	} else if (is_blank(line.p[0])) {
		add_frame(r, line);
	} else {
		add_keys(r, line);
	}
	return true;
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
	if (!in->failed && p->sample.n <= 1)
		in_fail(in, "holds no samples");
	if (!in->failed && p->ncol > 1) {
		p->head.default_type = p->col[0].type;
		in_note(in, 0, "%zu maps, of which '%.*s' is shown unless --type asks for another",
			p->ncol, STR_ARG(dict_text(p->dict, p->col[0].type)));
	}
	if (!in->failed && r.left_out)
		in_note(in, 0, "%llu lines of maps without keys, or of histograms, are left out",
			(unsigned long long)r.left_out);
	stack_text_end(&r.s);
	buf_release(&r.keys);
	return !in->failed;
}

/* "@[", a frame; or "@a[b]: 5". Messages of bpftrace may come before. */
static int bpftrace_sniff(struct sniff *s)
{
	enum { STACK = 24, LINE = 12 };
	struct str head = s->head;

	while (head.n) {
		struct str line = str_cut(&head, '\n'), name = line;
		ptrdiff_t close;
		int64_t count;

		if (str_ends(line, S("\r")))
			line.n--;
		name = str_cut(&(struct str){ line.p, line.n }, '[');
		if (!line.n || str_eq(line, S("^C")) || str_starts(line, S("Attaching ")) ||
		    str_starts(line, S("Attached ")))
			continue;
		if (!str_starts(line, S("@")) || (str_chr(name, ' ') >= 0 && name.n < line.n))
			return 0;
		close = str_find(line, S("]: "));
		if (close < 0 && name.n < line.n) /* "@[", "@[bash, " */
			return head.n && memchr(" \t\n", head.p[0], 3) ? STACK : 0;
		if (close < 0)
			continue; /* a map without keys */
		return str_i64(str_skip(line, (size_t)close + 3), &count) ? LINE : 0;
	}
	return 0;
}

const struct format format_bpftrace = {
	.name = "bpftrace",
	.help = "maps of bpftrace whose keys are stacks",
	.sniff = bpftrace_sniff,
	.read = bpftrace_read,
};
