/*
 * The files of callgrind, cachegrind, xdebug and others that KCachegrind opens:
 *
 *	# callgrind format
 *	events: Ir Dr
 *	ob=(1) /usr/bin/app
 *	fl=(1) file.c
 *	fn=(1) main
 *	16 20 4			line 16 cost 20 and 4
 *	cfn=(2) work		the function called
 *	calls=3 50		three times; its line
 *	+1 400 100		line 17 cost that much, all that work called included
 *
 * Source: the manual of valgrind, "Callgrind Format Specification".
 *
 * - (1) stands for the name that last followed it; a file, an object and a function may
 *   have the same number;
 * - a position may be relative to the last one: +3, -3, *; costs at the end of a line may
 *   be missing, which means 0;
 * - fi= and fe= change the file of the following lines, which were inlined, but not the
 *   function's;
 * - cfi=, cfl= and cob= hold for one call; without them a call stays in file and object;
 * - jumps (jfi=, jfn=, jump=, jcnd=) are followed by a line without costs;
 * - events of xdebug and of google/pprof name their unit: "Time_(10ns)", "cpu(ms)".
 *
 * A call graph has no stacks: see call_graph.h. Only the line of a position is read.
 */
#include "format/callgrind/callgrind.h"

#include "format/callgrind/call_graph.h"
#include "format/format.h"
#include "profile/unit.h"

enum { POSITIONS = 4 };

/* A kind of names that have numbers. */
struct cg_name {
	uint64_t number;
	str_id name; /* payload */
	uint32_t zero;
};
_Static_assert(sizeof(struct cg_name) == 16, "no padding");

struct cg_event {
	uint32_t col;
	int64_t scale;
};

struct reader {
	struct in *in;
	struct profile *p;
	struct call_graph graph;
	struct table objects, files, functions; /* struct cg_name */
	struct cg_event event[CALLGRIND_EVENTS];
	size_t nevent, nposition, line_at; /* line_at: which position is the line */
	bool has_lines;
	uint64_t position[POSITIONS]; /* the last ones */
	/* Of the current lines: */
	str_id object, file, line_file, function;
	str_id called_object, called_file, called;
	bool is_call; /* the next costs belong to a call */
	bool has_calls;
	/* With which line the file ends, if valgrind wrote it whole: */
	const char *last_key; /* NULL: not known */
	bool has_creator;
	bool ended; /* that line was the last */
};

/* Names */

/* "(1) main": the name, for which the number stands from now on; "(1)": that name. */
static str_id read_name(struct reader *r, struct table *names, struct str s)
{
	struct str rest = s, number;
	struct cg_name row = { 0 }, *known;

	s = rest = str_trim(s);
	number = str_cut(&rest, ')');
	if (!rest.p || !str_starts(number, S("(")) || !str_u64(str_skip(number, 1), &row.number))
		return dict_intern(r->p->dict, s);
	row.number++; /* a key must not be 0 */
	known = table_row(names, table_intern(names, &row));
	rest = str_trim(rest);
	if (rest.n)
		known->name = dict_intern(r->p->dict, rest);
	return known->name;
}

static uint32_t function_row(struct reader *r, str_id name, str_id file, str_id object)
{
	struct graph_function f = { .name = name, .file = file, .one = 1 };

	if (object.i)
		f.map = dict_add_mapping(r->p->dict, (struct mapping){ .file = object });
	return table_intern(&r->graph.function, &f);
}

/* Header lines */

/* "10ns", "kB": nanoseconds or bytes, and how many; a unit that is written out stays. */
static struct str parse_unit(struct reader *r, struct str s, int64_t *scale)
{
	enum { LONGEST_SHORT = 3 };
	static const char *const finest[] = { "nanoseconds", "bytes" };
	size_t n = 0;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	if (!n || !str_i64(str(s.p, n), scale) || *scale <= 0)
		*scale = 1;
	s = str_skip(s, n);
	for (size_t i = 0; s.n <= LONGEST_SHORT && i < LEN(finest); i++) {
		int64_t ratio = unit_ratio(s, str_of(finest[i]));

		if (!ratio)
			continue;
		*scale = sat_mul(r->p, *scale, ratio);
		return str_of(finest[i]);
	}
	return s.n ? s : S("count");
}

/* "Ir"; "Time_(10ns)" of xdebug, "alloc_space(kB)" of google/pprof */
static void add_event(struct reader *r, struct str name)
{
	struct str unit = S("count");
	ptrdiff_t open = str_rchr(name, '(');
	int64_t scale = 1, finer;

	if (open > 0 && str_ends(name, S(")"))) {
		unit = parse_unit(r, str(name.p + open + 1, name.n - (size_t)open - 2), &scale);
		name.n = (size_t)open;
		if (name.n > 1 && str_ends(name, S("_")))
			name.n--;
	}
	r->event[r->nevent].col = profile_column(r->p, dict_intern(r->p->dict, name),
						 dict_intern(r->p->dict, unit), &finer);
	r->event[r->nevent++].scale = sat_mul(r->p, scale, finer);
}

static bool read_events(struct reader *r, struct str names)
{
	r->nevent = 0;
	while (names.n) {
		struct str name = str_cut(&names, ' ');

		name = str_trim(name);
		if (!name.n)
			continue;
		if (r->nevent == CALLGRIND_EVENTS)
			return in_fail(r->in, "more than %d events", CALLGRIND_EVENTS);
		add_event(r, name);
	}
	if (!r->nevent)
		return in_fail(r->in, "no events");
	r->p->head.default_type = r->p->col[r->event[0].col].type;
	return true;
}

static bool read_positions(struct reader *r, struct str names)
{
	r->nposition = 0;
	r->has_lines = false;
	while (names.n) {
		struct str name = str_trim(str_cut(&names, ' '));

		if (!name.n)
			continue;
		if (r->nposition == POSITIONS)
			return in_fail(r->in, "more than %d positions", POSITIONS);
		if (str_eq(name, S("line"))) {
			r->has_lines = true;
			r->line_at = r->nposition;
		}
		r->nposition++;
	}
	return r->nposition || in_fail(r->in, "no positions");
}

/* "events: Ir Dr" */
static bool read_header_line(struct reader *r, struct str key, struct str value)
{
	if (str_eq(key, S("events")))
		return read_events(r, value);
	if (str_eq(key, S("positions")))
		return read_positions(r, value);
	if (str_eq(key, S("cmd")))
		profile_add_fact(r->p, "command", value);
	if (str_eq(key, S("creator"))) {
		r->has_creator = true;
		r->last_key = str_starts(value, S("callgrind-")) ? "totals" : NULL;
	} else if (str_eq(key, S("desc")) && !r->has_creator) {
		r->last_key = "summary"; /* of cachegrind, which does not name itself */
	}
	r->ended |= r->last_key && str_eq(key, str_of(r->last_key));
	return true;
}

/* Costs */

/* "16", "0x10", "+3", "-3", "*" */
static bool parse_position(struct str word, uint64_t *position)
{
	uint64_t v;

	if (str_eq(word, S("*")))
		return true;
	if (word.n && (word.p[0] == '+' || word.p[0] == '-')) {
		if (!str_u64(str_skip(word, 1), &v) &&
		    !(str_starts(str_skip(word, 1), S("0x")) && str_hex(str_skip(word, 3), &v)))
			return false;
		*position += word.p[0] == '+' ? v : -v;
		return true;
	}
	if (str_starts(word, S("0x")))
		return str_hex(str_skip(word, 2), position);
	return str_u64(word, position);
}

static void add_cost(struct reader *r, size_t event, int64_t value)
{
	const struct cg_event *e = &r->event[event];
	uint32_t function = function_row(r, r->function, r->file, r->object);
	uint64_t line = r->has_lines ? r->position[r->line_at] : 0;

	if (!value && !r->is_call)
		return;
	value = sat_mul(r->p, value, e->scale);
	if (r->is_call) {
		struct graph_call c = { .caller = function, .column = e->col };

		c.callee = function_row(r, r->called, r->called_file, r->called_object);
		call_graph_add_call(&r->graph, c, value);
	} else {
		struct graph_cost c = { .function = function,
					.line = line > UINT32_MAX ? 0 : (uint32_t)line,
					.file = r->line_file,
					.column = e->col };

		call_graph_add_cost(&r->graph, c, value);
	}
}

static bool bad_costs(struct reader *r, struct str line)
{
	return in_bad(r->in, "expected positions and costs, found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

/* "16 20 4" */
static bool read_costs(struct reader *r, struct str line)
{
	struct str rest = line;
	size_t n = 0;

	while (rest.n) {
		struct str word = str_cut(&rest, ' ');
		int64_t value;

		rest = str_trim(rest);
		if (n < r->nposition) {
			if (!parse_position(word, &r->position[n++]))
				return bad_costs(r, line);
			continue;
		}
		if (!str_i64(word, &value) || n - r->nposition >= r->nevent)
			return bad_costs(r, line);
		if (!r->function.i)
			return in_bad(r->in, "costs without a function");
		add_cost(r, n++ - r->nposition, value);
	}
	r->has_calls |= r->is_call;
	r->is_call = false;
	return true;
}

/* Lines */

static void begin_call(struct reader *r)
{
	r->is_call = true;
	if (!r->called_file.i)
		r->called_file = r->file;
	if (!r->called_object.i)
		r->called_object = r->object;
}

/* After the costs of a call, its names no longer hold. */
static void end_call(struct reader *r)
{
	r->called = r->called_file = r->called_object = (str_id){ 0 };
}

/* A jump's lines are not kept, but may give numbers to names. */
static bool read_jump(struct reader *r, struct str key, struct str value)
{
	if (str_eq(key, S("jfn")))
		read_name(r, &r->functions, value);
	else if (str_eq(key, S("jfi")) || str_eq(key, S("jfl")))
		read_name(r, &r->files, value);
	else if (str_eq(key, S("job")))
		read_name(r, &r->objects, value);
	else
		return str_eq(key, S("jump")) || str_eq(key, S("jcnd"));
	return true;
}

/* "fn=(1) main". False for another kind of line. */
static bool read_assignment(struct reader *r, struct str key, struct str value)
{
	if (str_eq(key, S("fn"))) {
		r->function = read_name(r, &r->functions, value);
		r->line_file = r->file;
	} else if (str_eq(key, S("fl"))) {
		r->file = r->line_file = read_name(r, &r->files, value);
	} else if (str_eq(key, S("fi")) || str_eq(key, S("fe"))) {
		r->line_file = read_name(r, &r->files, value);
	} else if (str_eq(key, S("ob"))) {
		r->object = read_name(r, &r->objects, value);
	} else if (str_eq(key, S("cfn"))) {
		r->called = read_name(r, &r->functions, value);
	} else if (str_eq(key, S("cfi")) || str_eq(key, S("cfl"))) {
		r->called_file = read_name(r, &r->files, value);
	} else if (str_eq(key, S("cob"))) {
		r->called_object = read_name(r, &r->objects, value);
	} else if (str_eq(key, S("calls"))) {
		begin_call(r);
	} else {
		return read_jump(r, key, value);
	}
	return true;
}

/* The word before '=' or ':', which says what kind of line it is. */
static struct str cut_key(struct str *line, char *separator)
{
	size_t n = 0;

	while (n < line->n && ((line->p[n] | 0x20) >= 'a' && (line->p[n] | 0x20) <= 'z'))
		n++;
	*separator = n && n < line->n ? line->p[n] : '\0';
	if (*separator != '=' && *separator != ':')
		return S("");
	*line = str(line->p + n + 1, line->n - n - 1);
	return str(line->p - n - 1, n);
}

static bool read_callgrind_line(struct reader *r, struct str line)
{
	struct str value = line, key;
	char separator;
	bool ok;

	if (!line.n || line.p[0] == '#')
		return true;
	if (is_digit(line.p[0]) || memchr("+-*", line.p[0], 3)) {
		bool was_call = r->is_call;

		r->ended = false;
		if (!r->nevent)
			return in_fail(r->in, "costs before the line 'events:'");
		ok = read_costs(r, line);
		if (was_call)
			end_call(r);
		return ok;
	}
	key = cut_key(&value, &separator);
	if (separator == '=' && read_assignment(r, key, value))
		return true;
	if (separator == ':')
		return read_header_line(r, key, str_trim(value));
	return in_bad(r->in, "neither costs nor what they are about: '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

static void finish(struct reader *r)
{
	if (!r->p->ncol) {
		in_fail(r->in, "holds no samples: there is no line 'events:'");
		return;
	}
	if (r->last_key && !r->ended)
		in_note(r->in, 0, "does not end in the line '%s:': it may be cut short",
			r->last_key);
	if (!call_graph_add_samples(&r->graph))
		return;
	profile_add_comment(r->p, S("stacks=estimated"));
	in_note(r->in, 0,
		"a call graph: what functions cost themselves is exact, their callers are "
		"estimated");
}

static void init_names(struct table *t)
{
	table_init(t, sizeof(struct cg_name), offsetof(struct cg_name, name));
}

static bool callgrind_read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p, .nposition = 1, .has_lines = true };
	struct str line;

	call_graph_init(&r.graph, p);
	init_names(&r.objects);
	init_names(&r.files);
	init_names(&r.functions);
	while (in_line(in, &line) && read_callgrind_line(&r, str_trim(line)))
		;
	if (!in->failed)
		finish(&r);
	call_graph_release(&r.graph);
	table_release(&r.objects);
	table_release(&r.files);
	table_release(&r.functions);
	return !in->failed;
}

/* Recognising */

/* "fl=", "fn=", "ob=": the place of costs. */
static bool is_place(struct str line)
{
	return str_starts(line, S("fl=")) || str_starts(line, S("fn=")) ||
	       str_starts(line, S("ob="));
}

static int callgrind_sniff(struct sniff *s)
{
	struct str head = s->head;
	bool events = false, first = true;

	if (str_chr(head, '\0') >= 0)
		return 0;
	while (head.n) {
		struct str line = str_trim(str_cut(&head, '\n'));

		if (first && str_starts(line, S("# callgrind format")))
			return 128;
		first = first && !line.n;
		events |= str_starts(line, S("events: "));
		if (events && is_place(line))
			return 64;
	}
	return 0;
}

const struct format format_callgrind = {
	.name = "callgrind",
	.help = "call graphs of callgrind, cachegrind, xdebug",
	.sniff = callgrind_sniff,
	.read = callgrind_read,
	.write = callgrind_write,
};
