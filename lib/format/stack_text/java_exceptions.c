/*
 * Stacks of exceptions of Java in a log; each counts once:
 *
 *	09:00:00 ERROR request failed
 *	java.lang.IllegalStateException: no connection
 *		at app.Pool.take(Pool.java:12)
 *		at app.Main.main(Main.java:5)
 *		Suppressed: java.io.IOException: close
 *			at app.Pool.close(Pool.java:30)
 *			... 1 more
 *	Caused by: java.net.ConnectException: refused
 *		at app.Net.connect(Net.java:7)
 *		... 2 more
 *
 * The frames that "... 2 more" leaves out are the outermost of the enclosing exception: for a
 * cause that is the exception above it with the same indentation, for a suppressed one the
 * exception above it with less.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

/* A complete stack, which exceptions below it may refer to: n of reader.kept from `first`. */
struct enclosing {
	size_t indent, first, n;
};

enum relation { ALONE, CAUSE, SUPPRESSED };

struct reader {
	struct stack_text s;
	uint32_t col;
	enum relation relation; /* of the current exception to one above */
	size_t indent;          /* of the line that names it */
	label_set_id labels;
	VEC(struct enclosing) enclosing; /* by indentation */
	VEC(loc_id) kept;
};

static size_t indent_of(struct str line)
{
	size_t n = 0;

	while (n < line.n && is_blank(line.p[n]))
		n++;
	return n;
}

/* "take(Pool.java:12) ~[pool.jar:1.2]", as Log4j and Logback write it: without the archive */
static struct str cut_archive(struct str text)
{
	ptrdiff_t open = str_rchr(text, '[');
	struct str rest;

	if (open <= 0 || !str_ends(text, S("]")))
		return text;
	rest = str(text.p, (size_t)open);
	if (str_ends(rest, S("~")))
		rest.n--;
	return str_trim(rest);
}

/* "at app.Pool.take(Pool.java:12)" */
static bool parse_frame(struct str text, struct str *frame)
{
	ptrdiff_t open;

	text = cut_archive(text);
	if (!str_starts(text, S("at ")) || !str_ends(text, S(")")))
		return false;
	*frame = str_skip(text, 3);
	open = str_chr(*frame, '(');
	return open > 0 && str_chr(str(frame->p, (size_t)open), '.') > 0 &&
	       str_chr(str(frame->p, (size_t)open), ' ') < 0;
}

/* "... 2 more", "... 2 common frames omitted" (logback) */
static bool parse_more(struct str text, uint64_t *n)
{
	struct str rest;

	if (!str_starts(text, S("... ")))
		return false;
	rest = str_skip(text, 4);
	rest = cut_archive(rest);
	return str_u64(str_cut(&rest, ' '), n) &&
	       (str_eq(rest, S("more")) || str_eq(rest, S("common frames omitted")));
}

/* "java.lang.IllegalStateException: no connection": the class; empty for another line */
static struct str exception_class(struct str text)
{
	static const struct str before[] = { { "Caused by: ", 11 },
					     { "Suppressed: ", 12 },
					     { "[CIRCULAR REFERENCE: ", 21 } };
	struct str class;

	for (size_t i = 0; i < LEN(before); i++)
		if (str_starts(text, before[i]))
			text = str_skip(text, before[i].n);
	if (str_starts(text, S("Exception in thread \""))) {
		ptrdiff_t quote = str_rchr(text, '"');

		text = str_trim(str_skip(text, (size_t)quote + 1));
	}
	class = str_cut(&text, ':');
	return str_chr(class, '.') > 0 && str_chr(class, ' ') < 0 && str_chr(class, '(') < 0 ?
		       class :
		       S("");
}

/* The stack to which the current exception refers; NULL if there is none. */
static const struct enclosing *enclosing_stack(struct reader *r)
{
	for (size_t i = r->enclosing.n; i-- > 0;)
		if (r->enclosing.v[i].indent < r->indent + (r->relation == CAUSE))
			return &r->enclosing.v[i];
	return NULL;
}

/* Keep the current stack, in place of those that it ends. */
static void keep_stack(struct reader *r)
{
	struct enclosing e = { .indent = r->indent, .n = r->s.frames.n };

	while (r->enclosing.n && vec_last(&r->enclosing).indent >= r->indent)
		vec_pop(&r->enclosing);
	if (r->enclosing.n)
		e.first = vec_last(&r->enclosing).first + vec_last(&r->enclosing).n;
	r->kept.n = e.first;
	vec_append(&r->kept, r->s.frames.v, r->s.frames.n);
	vec_push(&r->enclosing, e);
}

static void end_stack(struct reader *r)
{
	if (!r->s.frames.n)
		return;
	keep_stack(r);
	stack_text_sample(&r->s, r->col, 1, r->labels);
	r->labels = (label_set_id){ 0 };
	r->relation = ALONE;
}

/* The first line of a stack, which has one column more than the one that names the exception. */
static void begin_stack(struct reader *r, struct str line)
{
	r->indent = indent_of(line) ? indent_of(line) - 1 : 0;
	if (r->relation == ALONE)
		vec_clear(&r->enclosing);
}

/* "... 2 more": the outermost frames of the enclosing stack */
static bool add_common_frames(struct reader *r, uint64_t n)
{
	const struct enclosing *e = enclosing_stack(r);

	if (!e || n > e->n)
		return in_bad(r->s.in, "refers to %llu frames of an exception that is not there",
			      (unsigned long long)n);
	/* A line of a few bytes takes memory in proportion to the stack that it refers to. */
	if (!vec_fits(&r->s.frames, n))
		return in_fail_memory(r->s.in);
	vec_append(&r->s.frames, r->kept.v + e->first + e->n - n, (size_t)n);
	end_stack(r);
	return true;
}

/*
 * A line that names an exception. Its message may have more lines, but so may the log: after
 * another line the class is not known for certain.
 */
static void read_name(struct reader *r, struct str text)
{
	struct str class = exception_class(text);

	if (str_starts(text, S("Caused by: ")))
		r->relation = CAUSE;
	else if (str_starts(text, S("Suppressed: ")))
		r->relation = SUPPRESSED;
	else if (class.n)
		r->relation = ALONE;
	r->labels = (label_set_id){ 0 };
	if (class.n)
		r->labels = dict_add_text_label(r->s.p->dict, r->labels, S("exception"), class);
}

static bool read_log_line(struct reader *r, struct str line)
{
	struct str text = str_trim(line), frame;
	bool begins = !r->s.frames.n;
	uint64_t more;

	if (parse_frame(text, &frame)) {
		if (begins)
			begin_stack(r, line);
		stack_text_java(&r->s, frame);
		return true;
	}
	if (parse_more(text, &more) && (!begins || r->relation != ALONE)) {
		if (begins)
			begin_stack(r, line);
		return add_common_frames(r, more);
	}
	if (str_starts(text, S("- "))) /* locks */
		return true;
	end_stack(r);
	read_name(r, text);
	return true;
}

static bool java_exceptions_read(struct in *in, struct profile *p)
{
	struct reader r = { .col = 0 };
	struct str line;

	stack_text_begin(&r.s, in, p);
	r.col = stack_text_column(&r.s, S("exceptions"), S("count"));
	while (in_line(in, &line) && read_log_line(&r, line))
		;
	if (!in->failed)
		end_stack(&r);
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	vec_release(&r.enclosing);
	vec_release(&r.kept);
	return !in->failed;
}

/* "Pool.java:12)", "Native Method)", "Unknown Source)" */
static bool is_java_place(struct str text)
{
	struct str place = str_skip(text, (size_t)str_rchr(text, '(') + 1);

	return str_find(place, S(".java")) > 0 || str_find(place, S(".kt:")) > 0 ||
	       str_find(place, S(".scala:")) > 0 || str_find(place, S(".groovy:")) > 0 ||
	       str_eq(place, S("Native Method)")) || str_eq(place, S("Unknown Source)"));
}

/* A frame of Java. Dumps of threads have them, too, and bid higher. */
static int java_exceptions_sniff(struct sniff *s)
{
	struct str head = s->head, frame;

	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (indent_of(line) && parse_frame(str_trim(line), &frame) && is_java_place(frame))
			return 20;
	}
	return 0;
}

const struct format format_java_exceptions = {
	.name = "java-exceptions",
	.help = "stacks of exceptions of Java in logs",
	.sniff = java_exceptions_sniff,
	.read = java_exceptions_read,
};
