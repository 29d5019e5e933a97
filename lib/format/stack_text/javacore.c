/*
 * Threads in the dumps of OpenJ9 and of IBM's Java, javacore.*.txt:
 *
 *	3XMTHREADINFO      "main" J9VMThread:0x..., omrthread_t:0x..., state:R, prio=5
 *	3XMTHREADINFO1            (native thread ID:0x72D8, native priority:0x5, ...)
 *	3XMTHREADINFO3           Java callstack:
 *	4XESTACKTRACE                at app/Job.run(Job.java:12(Compiled Code))
 *	3XMTHREADINFO3           Native callstack:
 *	4XENATIVESTACK               poll+0x2f (0x00007F07D4F2 [libc.so.6+0x123])
 *	4XENATIVESTACK               (0xB6C6F663 [libj9prt29.so+0x3b663])
 *	4XENATIVESTACK               wait+0x83e (j9thread.c:3766, 0x000007FE [J9THR27+0x600e])
 *
 * Each line begins with a tag. A thread with Java frames has its native ones, too; those show
 * how the VM runs the others, and are read only where there are no Java frames.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

struct reader {
	struct stack_text s;
	uint32_t col;
	label_set_id labels; /* of the current thread */
	bool has_java;
};

static void end_thread(struct reader *r)
{
	if (r->s.frames.n)
		stack_text_sample(&r->s, r->col, 1, r->labels);
	r->labels = (label_set_id){ 0 };
	r->has_java = false;
}

/* The text between `before` and the next `end`; empty if it is not there. */
static struct str text_after(struct str line, struct str before, char end)
{
	ptrdiff_t at = str_find(line, before);
	struct str rest = at < 0 ? S("") : str_skip(line, (size_t)at + before.n);

	return str_cut(&rest, end);
}

/* "\"main\" J9VMThread:0x..., state:R, prio=5", "Anonymous native thread" */
static void begin_thread(struct reader *r, struct str text)
{
	struct dictionary *d = r->s.p->dict;
	struct str name = text, state;
	ptrdiff_t quote = str_rchr(text, '"');

	end_thread(r);
	state = text_after(str_skip(text, quote > 0 ? (size_t)quote : 0), S("state:"), ',');
	if (str_starts(text, S("\"")))
		name = str(text.p + 1, quote > 0 ? (size_t)quote - 1 : 0);
	if (name.n)
		r->labels = dict_add_text_label(d, r->labels, S("thread"), name);
	if (state.n)
		r->labels = dict_add_text_label(d, r->labels, S("state"), state);
}

/* "(native thread ID:0x72D8, native priority:0x5, ...)" */
static void add_tid(struct reader *r, struct str text)
{
	struct str id = text_after(text, S("native thread ID:0x"), ',');
	uint64_t tid;

	if (str_hex(id, &tid) && tid <= INT64_MAX)
		r->labels = dict_add_number_label(r->s.p->dict, r->labels, S("tid"), (int64_t)tid);
}

/* "poll+0x2f (0x00007F07D4F2 [libc.so.6+0x123])", "(0xB6C6F663 [libj9prt29.so+0x3b663])" */
static void add_native_frame(struct reader *r, struct str text)
{
	struct str module = text_after(text, S("["), ']');
	struct str place = text, symbol = str_trim(str_cut(&place, '('));
	ptrdiff_t plus = str_rchr(module, '+');
	struct str offset = plus > 0 ? str_skip(module, (size_t)plus + 1) : S("");

	if (plus > 0)
		module.n = (size_t)plus;
	stack_text_frame(&r->s, module, symbol.n ? symbol : offset);
}

static void read_tagged_line(struct reader *r, struct str line)
{
	struct str text = line, tag = str_cut(&text, ' ');

	text = str_trim(text);
	if (str_eq(tag, S("3XMTHREADINFO"))) {
		begin_thread(r, text);
	} else if (str_eq(tag, S("3XMTHREADINFO1"))) {
		add_tid(r, text);
	} else if (str_eq(tag, S("4XESTACKTRACE")) && str_starts(text, S("at "))) {
		stack_text_java(&r->s, str_trim(str_skip(text, 3)));
		r->has_java = true;
	} else if (str_eq(tag, S("4XENATIVESTACK")) && !r->has_java) {
		add_native_frame(r, text);
	}
}

static bool javacore_read(struct in *in, struct profile *p)
{
	struct reader r = { .col = 0 };
	struct str line;

	stack_text_begin(&r.s, in, p);
	r.col = stack_text_column(&r.s, S("samples"), S("count"));
	while (in_line(in, &line))
		read_tagged_line(&r, line);
	end_thread(&r);
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	return !in->failed;
}

static int javacore_sniff(struct sniff *s)
{
	struct str head = s->head;

	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (str_starts(line, S("0SECTION       ")) ||
		    str_starts(line, S("3XMTHREADINFO      ")))
			return 96;
	}
	return 0;
}

const struct format format_javacore = {
	.name = "javacore",
	.help = "threads in dumps of OpenJ9 and of IBM's Java",
	.sniff = javacore_sniff,
	.read = javacore_read,
};
