/*
 * Aggregations of stacks that DTrace prints, and those of SystemTap:
 *
 *	CPU     ID                    FUNCTION:NAME
 *	  0  64091                        :tick-60s
 *
 *	              genunix`segvn_fault
 *	              unix`pagefault+0x96
 *	                1
 *
 *	 0xffffffff8103ce3b : native_safe_halt+0xb/0x10 [kernel]
 *	 0xffffffff8101c6a3 : default_idle+0x53/0x1d0 [kernel]
 *		2404
 *
 * Frames come leaf first, then a line with the count. Blank lines are ignored: there is one
 * between the stack of the kernel and that of the program. A line before the first frame of
 * a stack, or the text before the count, is another key of the aggregation, such as execname or
 * pid: it becomes a root frame. Lines before the first blank line, and those of probes, are a
 * heading.
 *
 * DTrace indents frames by 14 columns, more than keys: those of Java have no module, and old
 * versions print unknown addresses without "0x", even where all digits are decimal.
 *
 * If a probe prints its stack itself, there are no counts: the line of the next probe ends it.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	uint32_t col;
	struct buf key; /* of the current stack; empty if it has none */
	bool in_heading;
	bool key_is_number;          /* what looked like a count before a stack */
	size_t indent, frame_indent; /* columns before the current line; before frames */
	bool counted, traced;        /* stacks were ended by counts, by probes */
};

/* Frames have more columns before them, keys fewer. */
enum { FRAME_INDENT = 8, DTRACE_INDENT = 14 };

/* The parts of a frame. */
struct frame {
	struct str module, symbol;
};

/* The text after the address: ": native_safe_halt+0xb/0x10 [kernel] (inexact)". */
static void systemtap_rest(struct str rest, struct frame *f)
{
	ptrdiff_t open;

	rest = str_trim(str_starts(rest, S(":")) ? str_skip(rest, 1) : rest);
	if (str_ends(rest, S("(inexact)")))
		rest = str_trim(str(rest.p, rest.n - S("(inexact)").n));
	open = str_rchr(rest, '[');
	if (open >= 0 && str_ends(rest, S("]"))) {
		f->module = str(rest.p + open + 1, rest.n - (size_t)open - 2);
		rest = str_trim(str(rest.p, (size_t)open));
	}
	if (str_eq(f->module, S("kernel")))
		f->module = S("[kernel]");
	if (rest.n)
		f->symbol = rest;
}

/* "unix`pagefault+0x96", "0x104d08831", "0xffffffff8103ce3b : safe_halt+0xb/0x10 [kernel]" */
static bool parse_frame(struct str line, struct frame *f)
{
	ptrdiff_t tick = str_chr(line, '`');
	struct str rest = line;
	uint64_t n;

	*f = (struct frame){ .module = S(""), .symbol = str_cut(&rest, ' ') };
	if (str_starts(line, S("0x")) && str_hex(str_skip(f->symbol, 2), &n)) {
		systemtap_rest(str_trim(rest), f);
		return true;
	}
	if (tick <= 0)
		return false;
	f->module = str(line.p, (size_t)tick);
	f->symbol = str_skip(line, (size_t)tick + 1);
	return true;
}

static size_t indent_of(struct str line)
{
	size_t columns = 0;

	for (size_t i = 0; i < line.n && is_blank(line.p[i]); i++)
		columns += line.p[i] == '\t' ? 8 : 1;
	return columns;
}

/* "  0  64091                        :tick-60s", and the line above it */
static bool is_probe(struct str line)
{
	struct str rest = line;
	uint64_t n;

	if (str_starts(line, S("CPU ")) && str_ends(line, S("FUNCTION:NAME")))
		return true;
	if (!str_u64(str_cut(&rest, ' '), &n))
		return false;
	rest = str_trim(rest);
	return str_u64(str_cut(&rest, ' '), &n) && str_chr(str_trim(rest), ':') >= 0 &&
	       str_chr(str_trim(rest), ' ') < 0;
}

static void add_stack(struct reader *r, int64_t count)
{
	if (r->key.n) {
		stack_text_source(&r->s, buf_str(&r->key), S(""), 0);
		r->key.n = 0;
	}
	r->key_is_number = false;
	stack_text_sample(&r->s, r->col, count, (label_set_id){ 0 });
}

/* Keys are columns: two blanks are between them. */
static void add_keys(struct reader *r, struct str text)
{
	while (text.n) {
		ptrdiff_t end = str_find(text, S("  "));
		struct str key = str(text.p, end < 0 ? text.n : (size_t)end);

		if (r->key.n)
			buf_add(&r->key, S(", "));
		buf_add(&r->key, key);
		text = str_trim(str_skip(text, key.n));
	}
}

/* "d0c5c946" of Solaris 10, in the columns of a frame; counts begin in others. */
static bool is_bare_address(const struct reader *r, struct str line, uint64_t *pc)
{
	enum { SHORTEST = 6 };

	return r->indent >= FRAME_INDENT && r->indent == r->frame_indent && line.n >= SHORTEST &&
	       str_hex(line, pc);
}

static void add_bare_address(struct reader *r, uint64_t pc)
{
	struct loc row = { .addr = pc, .flags = LOC_ADDR };

	vec_push(&r->s.frames, dict_add_loc(r->s.p->dict, row));
}

/* "nginx         4711                7": keys after the stack, and the count */
static bool parse_last_keys(struct str line, struct str *keys, int64_t *count)
{
	ptrdiff_t blank = str_rchr(line, ' ');

	if (blank < 1 || line.p[blank - 1] != ' ' ||
	    !str_i64(str_skip(line, (size_t)blank + 1), count))
		return false;
	*keys = str_trim(str(line.p, (size_t)blank));
	return true;
}

static bool read_other_line(struct reader *r, struct str line)
{
	struct str keys;
	int64_t count;

	if (str_find(line, S("- Distribution -")) >= 0)
		return in_fail(r->s.in, "a distribution of values: only counts of stacks are read");
	if (r->s.frames.n && parse_last_keys(line, &keys, &count)) {
		add_keys(r, keys);
		r->counted = true;
		add_stack(r, count);
	} else if (r->s.frames.n || r->indent >= FRAME_INDENT) { /* a frame without a module */
		stack_text_frame(&r->s, S(""), line);
	} else {
		add_keys(r, line);
	}
	return true;
}

static bool read_number(struct reader *r, struct str line, int64_t count)
{
	if (r->s.frames.n || (r->key.n && !r->key_is_number)) {
		r->counted = true;
		add_stack(r, count);
	} else if (r->key.n) {
		r->key.n = 0;
		return in_bad(r->s.in, "a count without a stack before it");
	} else { /* a key, if a stack follows */
		add_keys(r, line);
		r->key_is_number = true;
	}
	return true;
}

/* The line of a probe ends the stack that the probe before it printed. */
static void read_probe(struct reader *r)
{
	if (!r->s.frames.n)
		return;
	r->traced = true;
	add_stack(r, 1);
}

static bool read_dtrace_line(struct reader *r, struct str line)
{
	struct frame f;
	int64_t count;
	uint64_t pc;

	r->indent = indent_of(line);
	line = str_trim(line);
	if (!line.n) {
		r->in_heading = false;
		return true;
	}
	if (is_probe(line))
		read_probe(r);
	if (is_probe(line) || str_starts(line, S("dtrace: ")) || str_eq(line, S("^C")))
		return true;
	if (is_bare_address(r, line, &pc)) {
		add_bare_address(r, pc);
		return true;
	}
	if (str_i64(line, &count))
		return read_number(r, line, count);
	if (parse_frame(line, &f)) {
		r->frame_indent = r->indent;
		stack_text_frame(&r->s, f.module, f.symbol);
		return true;
	}
	return (r->in_heading && !r->s.frames.n && r->indent < FRAME_INDENT) ||
	       read_other_line(r, line);
}

static bool dtrace_read(struct in *in, struct profile *p)
{
	struct reader r = { .in_heading = true, .frame_indent = DTRACE_INDENT };
	struct str line;

	stack_text_begin(&r.s, in, p);
	r.col = stack_text_column(&r.s, S("samples"), S("count"));
	while (in_line(in, &line) && read_dtrace_line(&r, line))
		;
	if (!in->failed && r.s.frames.n && r.traced && !r.counted)
		add_stack(&r, 1);
	if (!in->failed && r.s.frames.n)
		in_bad(in, "ends in a stack: its count is missing");
	if (!in->failed && r.key_is_number)
		in_bad(in, "a count without a stack before it");
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	buf_release(&r.key);
	return !in->failed;
}

/* Frames and then a count, or the heading; anything else is another text. */
static int dtrace_sniff(struct sniff *s)
{
	enum { HEADING = 64, STACK = 24 };
	struct str head = s->head, keys;
	bool has_frame = false;
	struct frame f;
	int64_t count;

	if (str_chr(head, '\0') >= 0)
		return 0;
	while (head.n) {
		struct str raw = str_cut(&head, '\n'), line = str_trim(raw);

		if (str_starts(line, S("CPU ")) && str_ends(line, S("FUNCTION:NAME")))
			return HEADING;
		if (has_frame && (str_i64(line, &count) || parse_last_keys(line, &keys, &count)))
			return STACK;
		if (parse_frame(line, &f))
			has_frame = true;
		else if (line.n && has_frame && indent_of(raw) < FRAME_INDENT)
			return 0;
	}
	return has_frame && !s->all ? STACK / 2 : 0;
}

const struct format format_dtrace = {
	.name = "dtrace",
	.help = "counts of stacks that DTrace or SystemTap prints",
	.sniff = dtrace_sniff,
	.read = dtrace_read,
};
