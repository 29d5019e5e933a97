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
 * a stack is another key of the aggregation, such as execname: it becomes a root frame.
 * Lines before the first blank line, and those of probes, are a heading.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	uint32_t col;
	struct buf key; /* of the current stack; empty if it has none */
	bool in_heading;
};

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
	stack_text_sample(&r->s, r->col, count, (label_set_id){ 0 });
}

static bool read_other_line(struct reader *r, struct str line)
{
	if (str_find(line, S("- Distribution -")) >= 0)
		return in_fail(r->s.in, "a distribution of values: only counts of stacks are read");
	if (r->s.frames.n) { /* a frame without a module */
		stack_text_frame(&r->s, S(""), line);
		return true;
	}
	if (r->key.n)
		buf_add(&r->key, S(", "));
	buf_add(&r->key, line);
	return true;
}

static bool read_dtrace_line(struct reader *r, struct str line)
{
	struct frame f;
	int64_t count;

	line = str_trim(line);
	if (!line.n) {
		r->in_heading = false;
		return true;
	}
	if (is_probe(line) || str_starts(line, S("dtrace: ")))
		return true;
	if (str_i64(line, &count)) {
		if (!r->s.frames.n && !r->key.n)
			return in_bad(r->s.in, "a count without a stack before it");
		add_stack(r, count);
		return true;
	}
	if (parse_frame(line, &f)) {
		stack_text_frame(&r->s, f.module, f.symbol);
		return true;
	}
	return (r->in_heading && !r->s.frames.n) || read_other_line(r, line);
}

static bool dtrace_read(struct in *in, struct profile *p)
{
	struct reader r = { .in_heading = true };
	struct str line;

	stack_text_begin(&r.s, in, p);
	r.col = stack_text_column(&r.s, S("samples"), S("count"));
	while (in_line(in, &line) && read_dtrace_line(&r, line))
		;
	if (!in->failed && r.s.frames.n)
		in_bad(in, "ends in a stack: its count is missing");
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
	struct str head = s->head;
	bool has_frame = false;
	struct frame f;
	int64_t count;

	if (str_chr(head, '\0') >= 0)
		return 0;
	if (str_starts(head, S("CPU ")) && str_find(head, S("FUNCTION:NAME\n")) >= 0)
		return HEADING;
	while (head.n) {
		struct str line = str_trim(str_cut(&head, '\n'));

		if (str_ends(line, S("\r")))
			line = str_trim(str(line.p, line.n - 1));
		if (has_frame && str_i64(line, &count))
			return STACK;
		if (line.n && has_frame && !parse_frame(line, &f))
			return 0;
		has_frame |= line.n && parse_frame(line, &f);
	}
	return has_frame && !s->all ? STACK / 2 : 0;
}

const struct format format_dtrace = {
	.name = "dtrace",
	.help = "counts of stacks that DTrace or SystemTap prints",
	.sniff = dtrace_sniff,
	.read = dtrace_read,
};
