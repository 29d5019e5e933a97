/*
 * Reports of wallClockProfiler, which samples a program with gdb:
 *
 *	Sampling 100.00 times per second, for 10000 usec between samples
 *	...
 *	Full stacks with at least one sample:
 *
 *	 99.791% ===================================== (17194 samples)
 *	         1: poll_loop   (at src/loop.c:343)
 *	            343:|   for (;;) {
 *	         2: main   (at src/main.c:12)
 *
 * The sections before repeat the samples by function and by parts of stacks. The leaf is number
 * 1; the line below it shows its source. "(at :-1)" is an unknown place.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

static const struct str full_stacks = { "Full stacks ", 12 };
static const struct str sampling = { "Sampling ", 9 };

struct reader {
	struct stack_text s;
	uint32_t column[2]; /* samples, and wall if the period is known */
	size_t ncolumn;
	int64_t period; /* in ns; 0 if not known */
	int64_t count;  /* of the stack whose frames come; 0 if there is none */
};

/* "Sampling 100.00 times per second, for 10000 usec between samples" */
static int64_t parse_period(struct str line)
{
	static const struct str before = { " per second, for ", 17 };
	ptrdiff_t at = str_find(line, before);
	struct str rest;
	int64_t us;

	if (!str_starts(line, sampling) || at < 0)
		return 0;
	rest = str_skip(line, (size_t)at + before.n);
	return str_i64(str_cut(&rest, ' '), &us) && us > 0 && us <= 1000000000 ? us * 1000 : 0;
}

/* " 99.791% ===================================== (17194 samples)" */
static bool parse_count(struct str line, int64_t *count)
{
	ptrdiff_t at = str_find(line, S("% ======"));
	ptrdiff_t open = str_rchr(line, '(');
	struct str rest;

	if (at <= 0 || open < 0 || !str_ends(line, S(" samples)")))
		return false;
	rest = str_skip(line, (size_t)open + 1);
	return str_i64(str_cut(&rest, ' '), count) && *count > 0;
}

/* "1: poll_loop   (at src/loop.c:343)": the number of the frame, its name and place */
static bool parse_frame(struct str line, uint64_t *number, struct str *name, struct str *place)
{
	static const struct str at = { "   (at ", 7 };
	struct str rest = line;
	ptrdiff_t found;

	if (!str_u64(str_cut(&rest, ':'), number) || !str_starts(rest, S(" ")))
		return false;
	found = str_find(rest, at);
	*name = str_trim(found >= 0 ? str(rest.p, (size_t)found) : rest);
	*place = found >= 0 ? str_skip(rest, (size_t)found + at.n) : S("");
	if (str_ends(*place, S(")")))
		place->n--;
	return true;
}

static void end_stack(struct reader *r)
{
	int64_t values[2] = { r->count, sat_mul(r->s.p, r->count, r->period) };

	if (r->count)
		stack_text_values(&r->s, r->column, values, r->ncolumn, (label_set_id){ 0 });
	r->count = 0;
}

static bool bad_line(struct reader *r, struct str line)
{
	return in_bad(r->s.in, "expected 'NUMBER: FUNCTION (at FILE:LINE)', found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

static bool read_frame(struct reader *r, struct str line)
{
	struct str name, place;
	uint64_t number, source;

	if (!r->count || !parse_frame(line, &number, &name, &place))
		return bad_line(r, line);
	if (number != r->s.frames.n + 1)
		return in_bad(r->s.in, "expected frame %zu, found %llu", r->s.frames.n + 1,
			      (unsigned long long)number);
	if (str_ends(place, S(":-1")))
		place.n -= 3;
	place = stack_text_place(place, &source);
	stack_text_source(&r->s, name, place, source);
	return true;
}

static bool read_stack_line(struct reader *r, struct str line)
{
	int64_t count;

	if (parse_count(line, &count)) {
		end_stack(r);
		r->count = count;
		return true;
	}
	if (!line.n || str_find(line, S(":|   ")) >= 0)
		return true;
	return read_frame(r, line);
}

static bool read_heading(struct reader *r)
{
	struct str line;

	while (in_line(r->s.in, &line)) {
		if (str_starts(line, sampling))
			r->period = parse_period(line);
		if (str_starts(line, full_stacks))
			return true;
	}
	return in_fail(r->s.in, "holds no samples: there is no line 'Full stacks'");
}

static bool wall_clock_profiler_read(struct in *in, struct profile *p)
{
	struct reader r = { .period = 0 };
	struct str line;

	stack_text_begin(&r.s, in, p);
	if (read_heading(&r)) {
		r.ncolumn = stack_text_sampled(&r.s, r.period, r.column);
		while (in_line(in, &line) && read_stack_line(&r, str_trim(line)))
			;
	}
	if (!in->failed)
		end_stack(&r);
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	return !in->failed;
}

/* The line about sampling, the heading, or a function's share in its own style. */
static int wall_clock_profiler_sniff(struct sniff *s)
{
	struct str head = s->head;
	int64_t count;

	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (parse_period(line) ||
		    str_starts(line, S("Full stacks with at least one sample")) ||
		    parse_count(str_trim(line), &count))
			return 96;
	}
	return 0;
}

const struct format format_wall_clock_profiler = {
	.name = "wall-clock-profiler",
	.help = "reports of wallClockProfiler",
	.sniff = wall_clock_profiler_sniff,
	.read = wall_clock_profiler_read,
};
