/*
 * The output of macOS's sample(1) and of Activity Monitor:
 *
 *	Analysis of sampling rg (pid 64751) every 1 millisecond
 *	...
 *	Call graph:
 *	    825 Thread_15758523   DispatchQueue_1: com.apple.main-thread  (serial)
 *	    + 825 start  (in libdyld.dylib) + 1  [0x7fff737cf3d5]
 *	    +   825 main  (in rg) + 41  [0x10384b549]
 *
 *	Total number in stack (recursive counted multiple, when >=5):
 *
 * - a line is a function below the one that is two columns to the left; columns are
 *   filled with blanks and the marks + ! : |;
 * - a number counts the samples in a function and its callees;
 * - the outermost line is a thread, and becomes its samples' label;
 * - lines of sample(1) on standard error may stand before the first line.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

/* A function on the path from the root to the current line. */
struct level {
	int64_t count; /* its samples that no line below it has */
	loc_id frame;  /* 0 for a thread */
};

struct reader {
	struct stack_text s;
	uint32_t column[2]; /* samples, and wall if the period is known */
	size_t ncolumn;
	int64_t period; /* in ns; 0 if not known */
	VEC(struct level) way;
	uint64_t excess; /* functions whose callees have more samples than they have */
	label_set_id process, thread;
};

/* The heading */

/* "every 1 millisecond", "every 10 microseconds" */
static int64_t parse_period(struct str s)
{
	struct str unit = s, number = str_cut(&unit, ' ');
	int64_t n;

	if (!str_i64(number, &n) || n <= 0 || n > 1000000)
		return 0;
	return n * (str_starts(unit, S("milli")) ? 1000000 :
		    str_starts(unit, S("micro")) ? 1000 :
						   0);
}

/* "Analysis of sampling rg (pid 64751) every 1 millisecond" */
static void read_first_line(struct reader *r, struct str line)
{
	ptrdiff_t every = str_find(line, S(" every ")), pid_at = str_find(line, S(" (pid "));
	struct dictionary *d = r->s.p->dict;
	struct str pid;
	int64_t n;

	if (every >= 0)
		r->period = parse_period(str_skip(line, (size_t)every + 7));
	if (pid_at < 0)
		return;
	pid = str_skip(line, (size_t)pid_at + 6);
	r->process = dict_add_text_label(d, r->process, S("comm"), str(line.p, (size_t)pid_at));
	if (str_i64(str_cut(&pid, ')'), &n))
		r->process = dict_add_number_label(d, r->process, S("pid"), n);
}

static bool read_heading(struct reader *r)
{
	static const struct str first = { "Analysis of sampling ", 21 };
	struct str line;

	while (in_line(r->s.in, &line)) {
		if (str_starts(line, first))
			read_first_line(r, str_skip(line, first.n));
		if (str_eq(str_trim(line), S("Call graph:")))
			return true;
	}
	return in_fail(r->s.in, "holds no samples: there is no line 'Call graph:'");
}

/* The call graph */

/* End the innermost function: samples that no line below it has are its own. */
static void end_level(struct reader *r)
{
	const struct level *l = &vec_last(&r->way);
	sample_id sample;
	stack_id stack;

	r->excess += l->count < 0;
	if (l->count > 0) {
		vec_clear(&r->s.frames);
		for (size_t i = 0; i < r->way.n; i++)
			if (r->way.v[i].frame.i)
				vec_push(&r->s.frames, r->way.v[i].frame);
		stack = dict_add_stack(r->s.p->dict, r->s.frames.v, r->s.frames.n);
		sample = profile_add_sample(r->s.p, stack, r->thread);
		profile_add_value(r->s.p, r->column[0], sample, l->count);
		if (r->ncolumn > 1)
			profile_add_value(r->s.p, r->column[1], sample,
					  sat_mul(r->s.p, l->count, r->period));
	}
	vec_pop(&r->way);
}

/* "main  (in rg) + 41  [0x10384b549]" */
static loc_id parse_function(struct reader *r, struct str text)
{
	struct str module = S(""), name = text;
	ptrdiff_t in_at = str_find(text, S("  (in ")), end;

	if (in_at >= 0) {
		module = str_skip(text, (size_t)in_at + 6);
		end = str_chr(module, ')');
		module.n = end >= 0 ? (size_t)end : module.n;
		name = str_trim(str(text.p, (size_t)in_at));
	}
	if (str_eq(name, S("???")))
		name = S("0x0");
	vec_clear(&r->s.frames);
	stack_text_frame(&r->s, module, name);
	return r->s.frames.v[0];
}

static bool bad_line(struct reader *r, struct str line)
{
	return in_bad(r->s.in, "expected 'SAMPLES FUNCTION' below its caller, found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

static bool read_function(struct reader *r, struct str line)
{
	struct str text = line, number;
	size_t indent = 0, depth;
	struct level new = { .count = 0 };

	while (indent < line.n && memchr(" +!:|", line.p[indent], 5))
		indent++;
	text = str_skip(line, indent);
	number = str_cut(&text, ' ');
	text = str_trim(text);
	if (indent < 4 || indent % 2 || !text.n || !str_i64(number, &new.count) || new.count < 0)
		return bad_line(r, line);
	depth = (indent - 4) / 2;
	if (depth > r->way.n)
		return bad_line(r, line);
	while (r->way.n > depth)
		end_level(r);
	if (depth)
		vec_last(&r->way).count -= new.count;
	if (!depth)
		r->thread = dict_add_text_label(r->s.p->dict, r->process, S("thread"), text);
	else
		new.frame = parse_function(r, text);
	vec_push(&r->way, new);
	return true;
}

static bool macos_sample_read(struct in *in, struct profile *p)
{
	struct reader r = { .period = 0 };
	struct str line;
	bool ok, ended = false;

	stack_text_begin(&r.s, in, p);
	ok = read_heading(&r);
	if (ok)
		r.ncolumn = stack_text_sampled(&r.s, r.period, r.column);
	while (ok && !ended && in_line(in, &line)) {
		ended = !str_trim(line).n || str_starts(line, S("Total number in stack"));
		ok = ended || read_function(&r, line);
	}
	while (ok && r.way.n)
		end_level(&r);
	if (r.excess)
		in_note(in, 0, "functions with fewer samples than those they call: %llu",
			(unsigned long long)r.excess);
	if (ok && !ended)
		in_bad(in, "ends in the call graph");
	while (ended && in_line(in, &line)) /* sums, and the list of binaries */
		if (str_starts(line, S("Analysis of sampling ")) &&
		    !in_bad(in, "another profile follows; only the first one is read"))
			break;
	stack_text_end(&r.s);
	vec_release(&r.way);
	return !in->failed;
}

static int macos_sample_sniff(struct sniff *s)
{
	if (str_starts(s->head, S("Analysis of sampling ")) ||
	    (str_starts(s->head, S("Sampling process ")) &&
	     str_find(s->head, S("\nAnalysis of sampling ")) >= 0))
		return 128;
	return str_starts(s->head, S("Call graph:\n    ")) ? 64 : 0;
}

const struct format format_macos_sample = {
	.name = "macos-sample",
	.help = "call graphs that sample prints on macOS",
	.sniff = macos_sample_sniff,
	.read = macos_sample_read,
};
