/*
 * Stacks of all threads at one moment, as debuggers and runtimes print them; several
 * successive dumps make a coarse profile. Each thread counts once per dump.
 *
 *	Thread 2 (Thread 0x7f01 (LWP 4711) "worker"):	gdb: thread apply all bt; pstack
 *	#0  0x00007f05 in read () from /lib/libc.so.6
 *	#1  0x00005501 in work<int> (n=3) at app.c:12
 *
 *	TID 4711:					eu-stack
 *	#0  0x00007f0500000017     read - /usr/lib/libc.so.6
 *
 *	"main" #1 prio=5 tid=0x00007f nid=0x1 runnable	jstack
 *	   java.lang.Thread.State: RUNNABLE
 *		at java.lang.Thread.run(java.base@17.0.9/Thread.java:840)
 *
 *	   Mounted virtual thread #31			after a thread that carries it
 *		at a.B.c(B.java:3)
 *
 *	#22 "worker" virtual				jcmd PID Thread.dump_to_file
 *	      java.base/java.lang.VirtualThread.park(VirtualThread.java:582)
 *
 *	Thread 0x00007f01 (most recent call first):	Python's faulthandler
 *	  File "/app/x.py", line 12 in work
 *
 *	goroutine 18 [chan receive, 2 minutes]:		Go: panics, SIGQUIT, debug=2
 *	main.work(0x1, {0x2, 0x3})
 *		/src/main.go:12 +0x1f
 *
 * Frames come leaf first; where the dump leaves some out, there is a frame "[truncated]".
 * Threads without frames do not count. Other lines (locals, locks, creators of goroutines) are
 * not part of stacks and are ignored.
 */
#include "format/format.h"
#include "format/perf_script/perf_lines.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	uint32_t col;
	label_set_id labels; /* of the current thread */
	bool in_goroutine, is_creator;
	bool in_file_dump;   /* of Java, where frames have no "at" */
	struct buf function; /* of a goroutine, whose place comes next */
};

/* Threads */

static void end_stack(struct reader *r)
{
	if (r->s.frames.n)
		stack_text_sample(&r->s, r->col, 1, r->labels);
	r->function.n = 0;
	r->is_creator = false;
}

static void begin_thread(struct reader *r)
{
	end_stack(r);
	r->labels = (label_set_id){ 0 };
	r->in_goroutine = false;
	r->in_file_dump = false;
}

static void add_label(struct reader *r, struct str key, struct str value)
{
	if (value.n)
		r->labels = dict_add_text_label(r->s.p->dict, r->labels, key, value);
}

static void add_number(struct reader *r, struct str key, struct str value)
{
	int64_t n;

	if (str_i64(value, &n))
		r->labels = dict_add_number_label(r->s.p->dict, r->labels, key, n);
}

/* "Thread 2 (Thread 0x7f01 (LWP 4711) "worker"):" */
static void gdb_thread(struct reader *r, struct str line)
{
	ptrdiff_t lwp = str_find(line, S("(LWP ")), quote = str_chr(line, '"');
	struct str rest;

	begin_thread(r);
	if (lwp >= 0) {
		rest = str_skip(line, (size_t)lwp + 5);
		add_number(r, S("tid"), str_cut(&rest, ')'));
	}
	if (quote >= 0) {
		rest = str_skip(line, (size_t)quote + 1);
		add_label(r, S("thread"), str_cut(&rest, '"'));
	}
}

/* "Thread 0x00007f01 [worker] (most recent call first):", with a name since Python 3.14 */
static void python_thread(struct reader *r, struct str line)
{
	ptrdiff_t open = str_find(line, S(" [")), close = str_find(line, S("] ("));

	begin_thread(r);
	if (open >= 0 && close > open)
		add_label(r, S("thread"), str(line.p + open + 2, (size_t)(close - open) - 2));
}

/*
 * "\"main\" #1 prio=5 tid=0x00007f nid=0x1 runnable" of jstack, "\"main\" - Thread t@1" of
 * VisualVM, "\"main\" Id=1 RUNNABLE" of ThreadInfo: the name, which may hold quotes.
 */
static bool parse_java_thread(struct str line, struct str *name)
{
	static const char *const after[] = { " #",    " os_prio=", " prio=",       " daemon ",
					     " tid=", " nid=",     " - Thread t@", " Id=" };
	struct str rest;

	if (!str_starts(line, S("\"")))
		return false;
	for (size_t end = 1; end < line.n; end++) {
		rest = str_skip(line, end + 1);
		for (size_t i = 0; line.p[end] == '"' && i < LEN(after); i++) {
			if (!str_starts(rest, str_of(after[i])))
				continue;
			*name = str(line.p + 1, end - 1);
			return true;
		}
	}
	return false;
}

/* "Mounted virtual thread #31": its stack comes after that of the thread that carries it. */
static bool parse_mounted_thread(struct str line, struct str *name)
{
	static const struct str mounted = { "Mounted ", 8 };

	*name = str_skip(line, mounted.n);
	return str_starts(line, S("Mounted virtual thread "));
}

static void java_thread(struct reader *r, struct str name)
{
	begin_thread(r);
	add_label(r, S("thread"), name);
}

/* "#22 \"worker\" virtual": the name */
static bool parse_file_thread(struct str line, struct str *name)
{
	struct str rest = str_starts(line, S("#")) ? str_skip(line, 1) : S("");
	ptrdiff_t quote;
	uint64_t n;

	if (!str_u64(str_cut(&rest, ' '), &n) || !str_starts(rest, S("\"")))
		return false;
	quote = str_rchr(rest, '"');
	*name = str(rest.p + 1, quote > 0 ? (size_t)quote - 1 : 0);
	return quote > 0;
}

static void file_thread(struct reader *r, struct str name)
{
	begin_thread(r);
	r->in_file_dump = true;
	add_label(r, S("thread"), name);
}

/* "java.base/java.lang.VirtualThread.park(VirtualThread.java:582)" */
static bool is_bare_java_frame(struct str text)
{
	ptrdiff_t open = str_chr(text, '(');

	return open > 0 && str_ends(text, S(")")) && str_chr(str(text.p, (size_t)open), ' ') < 0;
}

/* "goroutine 18 [chan receive, 2 minutes]:" */
static bool is_goroutine(struct str line)
{
	struct str rest = line;
	uint64_t n;

	return str_eq(str_cut_word(&rest), S("goroutine")) && str_u64(str_cut_word(&rest), &n) &&
	       str_find(line, S("[")) >= 0 && str_ends(line, S("]:"));
}

static void goroutine(struct reader *r, struct str line)
{
	struct str state = line;

	begin_thread(r);
	r->in_goroutine = true;
	str_cut(&state, '[');
	state.n -= 2;
	add_label(r, S("state"), str_cut(&state, ','));
}

static bool read_thread_line(struct reader *r, struct str line)
{
	static const struct str state = { "java.lang.Thread.State:", 23 };
	struct str rest = str_trim(line), name;

	if (parse_file_thread(line, &name))
		file_thread(r, name);
	else if (str_ends(rest, S("(most recent call first):")))
		python_thread(r, rest);
	else if (str_starts(line, S("Thread ")) && str_find(line, S(" (")) >= 0)
		gdb_thread(r, line);
	else if (parse_java_thread(line, &name) || parse_mounted_thread(rest, &name))
		java_thread(r, name);
	else if (is_goroutine(line))
		goroutine(r, line);
	else if (str_starts(rest, state)) {
		rest = str_skip(rest, state.n);
		add_label(r, S("state"), str_cut_word(&rest));
	} else if (str_starts(line, S("TID ")) && str_ends(line, S(":"))) {
		begin_thread(r);
		add_number(r, S("tid"), str(line.p + 4, line.n - 5));
	} else {
		return false;
	}
	return true;
}

/* Frames of debuggers */

/* The start of the arguments: " ()" at the end, or " (name=value". -1 if there are none. */
static ptrdiff_t arguments_at(struct str s)
{
	for (size_t i = 0; i + 2 < s.n; i++) {
		size_t j = i + 2;

		if (s.p[i] != ' ' || s.p[i + 1] != '(')
			continue;
		while (j < s.n && (is_digit(s.p[j]) || s.p[j] == '_' || s.p[j] == '$' ||
				   ((s.p[j] | 0x20) >= 'a' && (s.p[j] | 0x20) <= 'z')))
			j++;
		if (j < s.n && (s.p[j] == '=' || (s.p[j] == ')' && j + 1 == s.n && j == i + 2)))
			return (ptrdiff_t)i;
	}
	return -1;
}

/* The name without its arguments, "(n=3)", and the parameters in a C++ name. */
static struct str strip_arguments(struct str s)
{
	ptrdiff_t at = arguments_at(s);
	struct str clone, name;

	if (at >= 0)
		s.n = (size_t)at;
	name = perf_function_name(s, &clone);
	return name.n && !clone.n ? name : s;
}

static ptrdiff_t last_of(struct str s, struct str what)
{
	ptrdiff_t found = -1, at;
	size_t from = 0;

	while ((at = str_find(str_skip(s, from), what)) >= 0) {
		found = (ptrdiff_t)from + at;
		from += (size_t)at + 1;
	}
	return found;
}

/* "work<int> (n=3) at app.c:12", "read () from /lib/libc.so.6"; `address` is "0x..." or "". */
static void add_gdb_frame(struct reader *r, struct str text, struct str address)
{
	ptrdiff_t at = last_of(text, S(") at ")), from = last_of(text, S(") from "));
	struct str module = S(""), place = S(""), name;
	uint64_t line;

	if (at >= 0)
		place = str_trim(str_skip(text, (size_t)at + 5));
	else if (from >= 0)
		module = str_trim(str_skip(text, (size_t)from + 7));
	if (at >= 0 || from >= 0)
		text.n = (size_t)(at >= 0 ? at : from) + 1;
	name = strip_arguments(text);
	if (str_eq(name, S("??")) && address.n)
		name = address;
	if (!place.n) {
		stack_text_frame(&r->s, module, name);
		return;
	}
	place = stack_text_place(place, &line);
	stack_text_source(&r->s, name, place, line);
}

/* "- 1 read - /usr/lib/libc.so.6" */
static void add_eu_frame(struct reader *r, struct str text, struct str address)
{
	struct str module = S("");
	ptrdiff_t dash;

	if (str_starts(text, S("- 1")))
		text = str_trim(str_skip(text, 3));
	dash = str_find(text, S(" - "));
	if (dash < 0 && str_starts(text, S("- ")))
		dash = 0;
	if (dash >= 0) {
		module = str_trim(str_skip(text, (size_t)dash + 2 + (dash > 0)));
		text = str_trim(str(text.p, (size_t)dash));
	}
	stack_text_frame(&r->s, module, text.n ? text : address);
}

/* "#1  0x00005501 in work (n=3) at app.c:12". False if it is not a frame. */
static bool read_numbered_frame(struct reader *r, struct str line)
{
	struct str text = str_skip(line, 1), number, address = S("");
	uint64_t n, pc;

	number = str_cut_word(&text);
	if (!str_u64(number, &n) || !text.n)
		return false;
	if (!n)
		end_stack(r);
	if (!str_starts(text, S("0x"))) {
		add_gdb_frame(r, text, address);
		return true;
	}
	address = str_cut_word(&text);
	if (!str_hex(str_skip(address, 2), &pc))
		return false;
	if (str_starts(text, S("in ")))
		add_gdb_frame(r, str_trim(str_skip(text, 3)), address);
	else
		add_eu_frame(r, text, address);
	return true;
}

/* Frames of runtimes */

/* "File \"/app/x.py\", line 12 in work" */
static bool read_python_frame(struct reader *r, struct str text)
{
	ptrdiff_t quote, in_at;
	struct str file = str_skip(text, S("File \"").n), rest;
	uint64_t line;

	quote = str_find(file, S("\", line "));
	if (quote < 0)
		return false;
	rest = str_skip(file, (size_t)quote + 8);
	file.n = (size_t)quote;
	in_at = str_find(rest, S(" in "));
	if (in_at < 0 || !str_u64(str(rest.p, (size_t)in_at), &line))
		return false;
	stack_text_source(&r->s, str_trim(str_skip(rest, (size_t)in_at + 4)), file, line);
	return true;
}

/* "main.work(0x1, ...)", then a tab and "/src/main.go:12 +0x1f". */
static bool read_go_line(struct reader *r, struct str line)
{
	ptrdiff_t open = str_rchr(line, '(');
	struct str place;
	uint64_t number;

	if (line.p[0] != '\t') {
		r->is_creator = str_starts(line, S("created by "));
		r->function.n = 0;
		if (!r->is_creator && open > 0)
			buf_add(&r->function, str(line.p, (size_t)open));
		return true;
	}
	place = str_trim(line);
	place = stack_text_place(str_cut(&place, ' '), &number);
	if (r->function.n && !r->is_creator)
		stack_text_source(&r->s, buf_str(&r->function), place, number);
	r->function.n = 0;
	return true;
}

/* Lines */

/*
 * Frames that the dump leaves out: "  ..." of faulthandler, a tab and "..." of Java's ThreadInfo,
 * "...102 frames elided..." of Go, "(More stack frames follow...)" of gdb. Without an indentation, "..." stands for threads.
 */
static bool read_gap(struct reader *r, struct str line)
{
	static const struct str truncated = { "[truncated]", 11 };

	if (str_eq(line, S("  ...")) || str_eq(line, S("\t...")) ||
	    str_eq(line, S("(More stack frames follow...)")) ||
	    (str_starts(line, S("...")) && str_ends(line, S("frames elided...")))) {
		if (r->s.frames.n)
			stack_text_source(&r->s, truncated, S(""), 0);
		return true;
	}
	if (!str_eq(line, S("...")) || !r->s.frames.n)
		return false;
	in_note(r->s.in, r->s.in->line, "the dump leaves out threads");
	return true;
}

static void read_dump_line(struct reader *r, struct str line)
{
	struct str text = str_trim(line);

	if (!text.n) {
		if (r->in_goroutine)
			begin_thread(r);
		return;
	}
	if (read_thread_line(r, line) || read_gap(r, line))
		return;
	if (line.p[0] == '#' && read_numbered_frame(r, line))
		return;
	if (str_starts(text, S("at ")) && str_ends(text, S(")")))
		stack_text_java(&r->s, str_trim(str_skip(text, 3)));
	else if (r->in_file_dump && is_blank(line.p[0]) && is_bare_java_frame(text))
		stack_text_java(&r->s, text);
	else if (!(str_starts(text, S("File \"")) && read_python_frame(r, text)) && r->in_goroutine)
		read_go_line(r, line);
}

static bool stack_dump_read(struct in *in, struct profile *p)
{
	struct reader r = { .in_goroutine = false };
	struct str line;

	stack_text_begin(&r.s, in, p);
	r.col = stack_text_column(&r.s, S("samples"), S("count"));
	while (in_line(in, &line))
		read_dump_line(&r, line);
	end_stack(&r);
	if (!in->failed && p->sample.n <= 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	buf_release(&r.function);
	return !in->failed;
}

/* Recognising */

/* "#0  0x00007f05 in read () from /lib/libc.so.6", "#0  main () at app.c:20" */
static bool is_first_frame(struct str line)
{
	struct str text = str_skip(line, 1);
	uint64_t pc;

	if (!str_starts(line, S("#0 ")))
		return false;
	text = str_trim(str_skip(text, 1));
	if (str_starts(text, S("0x")))
		return str_hex(str_skip(str_cut(&text, ' '), 2), &pc);
	return str_find(text, S(" (")) >= 0;
}

static int stack_dump_sniff(struct sniff *s)
{
	enum { JAVA = 64, PYTHON = 48, GO = 48, FRAME = 24 };
	struct str head = s->head, name;

	if (str_chr(head, '\0') >= 0)
		return 0;
	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (str_ends(line, S("\r")))
			line.n--;
		if (str_starts(line, S("Full thread dump ")))
			return JAVA;
		if (parse_file_thread(line, &name) && head.n && is_blank(head.p[0]))
			return JAVA;
		if (str_ends(line, S("(most recent call first):")) &&
		    str_starts(str_trim(head), S("File \"")))
			return PYTHON;
		if (is_goroutine(line))
			return GO;
		if (parse_java_thread(line, &name) || is_first_frame(line))
			return FRAME;
	}
	return 0;
}

const struct format format_stack_dump = {
	.name = "stack-dump",
	.help = "stacks of threads: gdb, eu-stack, jstack, faulthandler, Go",
	.sniff = stack_dump_sniff,
	.read = stack_dump_read,
};
