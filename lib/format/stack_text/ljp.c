/*
 * Traces of the lightweight Java profiler, an agent of JVMTI:
 *
 *	42 2 	app.Job.leaf(Job.java:455)
 *		app.Job.run(Job.java:123)
 *
 *	3 	the stack could not be walked
 *	Total trace count = 45, Total traces = 2
 *
 *	Hot methods:
 *
 * A trace begins with its count and its number of frames, some of which may not be printed.
 * What follows the totals repeats the traces by leaf.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	uint32_t col;
	int64_t count; /* of the current trace; 0 = none */
	int64_t total;
};

/* "42 2 	app.Job.leaf(Job.java:455)": the rest is empty if there are no frames. */
static bool parse_begin(struct str line, int64_t *count, struct str *frame)
{
	struct str rest = str_trim(line);
	int64_t n;

	if (!str_i64(str_cut(&rest, ' '), count) || *count <= 0)
		return false;
	rest = str_trim(rest);
	*frame = rest;
	return !rest.n || (str_i64(str_cut(frame, ' '), &n) && n >= 0 && n <= 100000);
}

/* "app.Job.run(Job.java:123)" */
static bool is_frame(struct str text)
{
	ptrdiff_t open = str_chr(text, '(');

	return open > 0 && str_ends(text, S(")")) && str_chr(str(text.p, (size_t)open), ' ') < 0;
}

static void end_trace(struct reader *r)
{
	if (r->count)
		stack_text_sample(&r->s, r->col, r->count, (label_set_id){ 0 });
	r->total = sat_add(r->s.p, r->total, r->count);
	r->count = 0;
}

static bool bad_line(struct reader *r, struct str line)
{
	return in_bad(r->s.in, "expected a frame, or 'COUNT FRAMES FRAME', found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

static bool read_trace_line(struct reader *r, struct str line)
{
	struct str text = str_trim(line);
	int64_t count;

	if (!text.n)
		return true;
	if (parse_begin(line, &count, &text)) {
		end_trace(r);
		r->count = count;
		text = str_trim(text);
		if (!text.n)
			return true;
	}
	if (!r->count || !is_frame(text))
		return bad_line(r, line);
	stack_text_java(&r->s, text);
	return true;
}

/* "Total trace count = 45, Total traces = 2" */
static void check_total(struct reader *r, struct str line)
{
	static const struct str begin = { "Total trace count = ", 20 };
	struct str rest = line;
	int64_t total;

	end_trace(r);
	if (!str_starts(line, begin))
		return;
	rest = str_skip(line, begin.n);
	if (str_i64(str_cut(&rest, ','), &total) && total != r->total)
		in_bad(r->s.in, "the traces above have %lld samples, not %lld", (long long)r->total,
		       (long long)total);
}

static bool ljp_read(struct in *in, struct profile *p)
{
	struct reader r = { .col = 0 };
	struct str line;
	bool ended = false;

	stack_text_begin(&r.s, in, p);
	r.col = stack_text_column(&r.s, S("samples"), S("count"));
	while (!ended && in_line(in, &line)) {
		ended = str_starts(line, S("Total "));
		if (ended)
			check_total(&r, line);
		else if (!read_trace_line(&r, line))
			break;
	}
	while (ended && in_line(in, &line)) /* the hot methods */
		if (str_starts(line, S("Total trace count")) &&
		    !in_bad(in, "another profile follows; only the first one is read"))
			break;
	if (!in->failed && !ended)
		in_note(in, 0, "ends before the line 'Total trace count': traces may be missing");
	if (!in->failed)
		end_trace(&r);
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	return !in->failed;
}

/* The beginning of a trace with a frame, and lines that fit after it. */
static int ljp_sniff(struct sniff *s)
{
	enum { TRACE = 24, TOTAL = 64 };
	struct str head = s->head, frame;
	bool begun = false;
	int bits = 0;
	int64_t count;

	while (head.n) {
		struct str line = str_cut(&head, '\n'), text = str_trim(line);

		if (!head.p && (bits || !s->all))
			break; /* perhaps cut short */
		if (str_starts(line, S("Total trace count = ")))
			return bits ? TOTAL : 0;
		if (!text.n)
			continue;
		if (parse_begin(line, &count, &frame)) {
			text = str_trim(frame);
			begun = true;
		}
		if (!begun || (text.n && !is_frame(text)))
			return 0;
		bits = text.n ? TRACE : bits;
	}
	return bits;
}

const struct format format_ljp = {
	.name = "ljp",
	.help = "traces of the lightweight Java profiler",
	.sniff = ljp_sniff,
	.read = ljp_read,
};
