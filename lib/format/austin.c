/*
 * Austin's stacks of Python programs: folded, with the process, the thread and places in
 * the source, and metadata in comments:
 *
 *	# austin: 3.6.0
 *	# interval: 100
 *	# mode: wall
 *
 *	P42;T0:1337;app.py:<module>:20;app.py:work:12 10042
 *
 * - the number is a time in microseconds (mode wall, cpu), or bytes (mode memory); with
 *   mode full there are three: the time, 1 for an idle thread, and bytes;
 * - version 2 has no interpreter: "T1337"; frames may be marked ":GC:" and alike;
 * - older versions have lines of their own, "work (app.py);L12", and may begin with
 *   "Process 42;Thread 1337;" or only the thread.
 */
#include "format/format.h"
#include "format/stack_text/stack_text.h"

enum austin_mode { AUSTIN_WALL, AUSTIN_CPU, AUSTIN_MEMORY, AUSTIN_FULL };

struct reader {
	struct stack_text s;
	enum austin_mode mode;
	uint32_t col[3]; /* of a full line: wall, cpu, memory; else the first */
	bool has_columns;
};

static void add_columns(struct reader *r)
{
	static const char *const types[][2] = { [AUSTIN_WALL] = { "wall", "microseconds" },
						[AUSTIN_CPU] = { "cpu", "microseconds" },
						[AUSTIN_MEMORY] = { "memory", "bytes" } };
	bool full = r->mode == AUSTIN_FULL;

	r->has_columns = true;
	for (size_t i = 0; i < (full ? LEN(types) : 1); i++) {
		const char *const *type = types[full ? i : (size_t)r->mode];

		r->col[i] = stack_text_column(&r->s, str_of(type[0]), str_of(type[1]));
	}
	if (full)
		r->s.p->head.default_type = dict_intern(r->s.p->dict, S("cpu"));
}

/* "# mode: wall" */
static bool read_metadata(struct reader *r, struct str line)
{
	struct str value = str_trim(str_skip(line, 1)), key = str_cut(&value, ':');
	struct header *h = &r->s.p->head;
	int64_t n;

	value = str_trim(value);
	if (str_eq(key, S("mode"))) {
		r->mode = str_eq(value, S("cpu"))    ? AUSTIN_CPU :
			  str_eq(value, S("memory")) ? AUSTIN_MEMORY :
			  str_eq(value, S("full"))   ? AUSTIN_FULL :
						       AUSTIN_WALL;
	} else if (str_eq(key, S("interval")) && str_i64(value, &n) && n > 0) {
		h->period_type = dict_intern(r->s.p->dict, S("wall"));
		h->period_unit = dict_intern(r->s.p->dict, S("microseconds"));
		h->period = n;
	}
	return true;
}

static bool bad_line(struct reader *r, struct str line)
{
	return in_bad(r->s.in, "expected 'P1;T1;file:function:line NUMBER', found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

/* If s begins with one of the keys, cut it off. */
static bool cut_key(struct str *s, struct str key, struct str old_key)
{
	struct str k = str_starts(*s, old_key) ? old_key : key;

	if (!str_starts(*s, k))
		return false;
	*s = str_skip(*s, k.n);
	return true;
}

/* "P42;T0:1337;", "Process 42;Thread 1337;", "Thread 1337;" */
static bool cut_origin(struct str *stack, struct str *process, struct str *thread)
{
	bool has_process = !str_starts(*stack, S("Thread "));
	uint64_t n;

	*process = has_process ? str_cut(stack, ';') : S("");
	*thread = str_cut(stack, ';');
	return (!has_process ||
		(cut_key(process, S("P"), S("Process ")) && str_u64(*process, &n))) &&
	       cut_key(thread, S("T"), S("Thread "));
}

static bool read_labels(struct reader *r, struct str *stack, label_set_id *labels)
{
	struct dictionary *d = r->s.p->dict;
	struct str process, thread;
	ptrdiff_t colon;
	int64_t n;

	if (!cut_origin(stack, &process, &thread))
		return false;
	if (str_i64(process, &n))
		*labels = dict_add_number_label(d, *labels, S("pid"), n);
	colon = str_rchr(thread, ':');
	thread = str_skip(thread, (size_t)(colon + 1));
	if (str_i64(thread, &n))
		*labels = dict_add_number_label(d, *labels, S("tid"), n);
	else
		*labels = dict_add_text_label(d, *labels, S("thread"), thread);
	return true;
}

/* "12", "L12" */
static bool is_line(struct str s, uint64_t *line)
{
	return str_u64(str_starts(s, S("L")) ? str_skip(s, 1) : s, line);
}

/* "work (app.py)", whose line is the next frame, "L12", which is then cut off *rest. */
static bool add_old_frame(struct reader *r, struct str frame, struct str *rest)
{
	struct str after = *rest, next = str_cut(&after, ';');
	ptrdiff_t open = str_rchr(frame, '(');
	uint64_t line;

	if (open < 2 || frame.p[open - 1] != ' ' || !str_ends(frame, S(")")) ||
	    !str_starts(next, S("L")) || !is_line(next, &line))
		return false;
	stack_text_source(&r->s, str(frame.p, (size_t)open - 1),
			  str(frame.p + open + 1, frame.n - (size_t)open - 2), line);
	*rest = after;
	return true;
}

/* "app.py:work:12"; a mark such as ":GC:" is a name. */
static void add_frame(struct reader *r, struct str frame)
{
	ptrdiff_t last = str_rchr(frame, ':'), before;
	struct str file, name;
	uint64_t line;

	if (last > 0 && is_line(str_skip(frame, (size_t)last + 1), &line)) {
		before = str_rchr(str(frame.p, (size_t)last), ':');
		if (before > 0 && before + 1 < last) {
			file = str(frame.p, (size_t)before);
			name = str(frame.p + before + 1, (size_t)(last - before - 1));
			stack_text_source(&r->s, name, file, line);
			return;
		}
	}
	stack_text_source(&r->s, frame, S(""), 0);
}

/* "10042"; "10042,1,4096": time, idle, memory */
static bool read_values(struct reader *r, struct str text, int64_t *value, size_t *n)
{
	int64_t idle;

	if (r->mode != AUSTIN_FULL) {
		*n = 1;
		return str_i64(text, &value[0]);
	}
	*n = 3;
	if (!str_i64(str_cut(&text, ','), &value[0]) || !str_i64(str_cut(&text, ','), &idle) ||
	    !str_i64(text, &value[2]))
		return false;
	value[1] = idle ? 0 : value[0];
	return true;
}

static bool read_austin_line(struct reader *r, struct str line)
{
	ptrdiff_t blank = str_rchr(line, ' ');
	label_set_id labels = { 0 };
	struct str stack = line;
	int64_t value[3];
	size_t n;

	if (!line.n)
		return true;
	if (line.p[0] == '#')
		return read_metadata(r, line);
	if (!r->has_columns)
		add_columns(r);
	if (blank < 0 || !read_values(r, str_skip(line, (size_t)blank + 1), value, &n))
		return bad_line(r, line);
	stack.n = (size_t)blank;
	if (!read_labels(r, &stack, &labels))
		return bad_line(r, line);
	while (stack.n) {
		struct str frame = str_cut(&stack, ';');

		if (frame.n && !add_old_frame(r, frame, &stack))
			add_frame(r, frame);
	}
	vec_reverse(&r->s.frames); /* root first here, leaf first in stack_text.h */
	stack_text_values(&r->s, r->col, value, n, labels);
	return true;
}

static bool austin_read(struct in *in, struct profile *p)
{
	struct reader r = { .mode = AUSTIN_WALL };
	struct str line;

	stack_text_begin(&r.s, in, p);
	while (in_line(in, &line) && read_austin_line(&r, str_trim(line)))
		;
	if (!in->failed && !r.has_columns)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	return !in->failed;
}

/* "P42;T1", "Thread 1;work (app.py);L12" */
static bool begins_austin(struct str line)
{
	struct str process, thread, rest = line;
	uint64_t n;

	if (!cut_origin(&rest, &process, &thread))
		return false;
	str_cut(&rest, ';');
	return process.n || (str_u64(thread, &n) && str_starts(rest, S("L")));
}

static int austin_sniff(struct sniff *s)
{
	enum { HEADER = 72, LINES = 24 };
	struct str head = s->head;
	int good = 0;

	if (str_starts(head, S("# austin: ")))
		return HEADER;
	while (head.n) {
		struct str line = str_trim(str_cut(&head, '\n'));

		if (!head.p && !s->all && good)
			break; /* cut short */
		if (!line.n || line.p[0] == '#')
			continue;
		if (!begins_austin(line))
			return 0;
		good++;
	}
	return good ? LINES : 0;
}

const struct format format_austin = {
	.name = "austin",
	.help = "Austin's stacks of Python, 'P1;T1;file:function:line US'",
	.sniff = austin_sniff,
	.read = austin_read,
};
