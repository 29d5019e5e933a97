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
 * - version 2 has no interpreter: "T1337"; frames may be marked ":GC:" and alike.
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

/* "P42" and "T0:1337" */
static bool read_labels(struct reader *r, struct str *stack, label_set_id *labels)
{
	struct str process = str_cut(stack, ';'), thread = str_cut(stack, ';');
	struct dictionary *d = r->s.p->dict;
	ptrdiff_t colon = str_rchr(thread, ':');
	int64_t n;

	if (!str_starts(process, S("P")) || !str_i64(str_skip(process, 1), &n) ||
	    !str_starts(thread, S("T")))
		return false;
	*labels = dict_add_number_label(d, *labels, S("pid"), n);
	thread = str_skip(thread, colon >= 0 ? (size_t)colon + 1 : 1);
	if (str_i64(thread, &n))
		*labels = dict_add_number_label(d, *labels, S("tid"), n);
	else
		*labels = dict_add_text_label(d, *labels, S("thread"), thread);
	return true;
}

/* "app.py:work:12"; a mark such as ":GC:" is a name. */
static void add_frame(struct reader *r, struct str frame)
{
	ptrdiff_t last = str_rchr(frame, ':'), before;
	struct str file, name;
	uint64_t line;

	if (last > 0 && str_u64(str_skip(frame, (size_t)last + 1), &line)) {
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

		if (frame.n)
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

/* "P42;T" */
static bool begins_austin(struct str line)
{
	struct str rest = line, process = str_cut(&rest, ';');
	uint64_t n;

	return str_starts(process, S("P")) && str_u64(str_skip(process, 1), &n) &&
	       str_starts(rest, S("T"));
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
