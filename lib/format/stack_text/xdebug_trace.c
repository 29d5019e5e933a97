/*
 * Function traces of xdebug for PHP, in its format for computers (xdebug.trace_format=1): fields
 * separated by tabs,
 *
 *	Version: 3.2.0
 *	File format: 4
 *	TRACE START [2026-11-30 09:00:00.123456]
 *	1	0	0	0.010870	114112	{main}	1		/srv/main.php	0	0
 *	2	1	0	0.032009	114272	str_split	0		/srv/main.php	8	1	'a'
 *	2	1	1	0.032073	116632
 *	2	1	R			array (...)
 *	2		A						/srv/main.php	9	$s = 0
 *				0.040000	116632
 *	TRACE END   [2026-11-30 09:00:00.163456]
 *
 * A call has its depth, its number, 0, the time in seconds, the memory in use, and the name; 1 in
 * the third field is its end, R the result, A an assignment. Time is that of the innermost open
 * call. A trace that a program begins itself has ends of calls that began before; one that exit()
 * ends has calls without an end. A file may hold several traces.
 */
#include "format/format.h"
#include "format/json/tree_samples.h"
#include "format/stack_text/stack_text.h"

static const struct str trace_start = { "TRACE START ", 12 };

struct open_call {
	uint64_t number;
	uint32_t node;
};

struct reader {
	struct in *in;
	struct profile *p;
	struct tree_samples samples;
	uint32_t group;
	struct table nodes; /* struct tree_node, whose frames are locations */
	VEC(struct open_call) open;
	int64_t now; /* ns since the start of the trace */
	bool in_trace;
	uint64_t unopened, unclosed;
};

static void pass_time(struct reader *r, int64_t until)
{
	if (r->open.n && until > r->now)
		tree_add(&r->samples, r->group, vec_last(&r->open).node, (uint64_t)r->now, 0,
			 (struct json_decimal){ until - r->now });
	r->now = until;
}

static void begin_call(struct reader *r, uint64_t number, struct str name, struct str file)
{
	struct func f = { .name = dict_intern(r->p->dict, name),
			  .file = dict_intern(r->p->dict, file) };
	struct loc row = { .func = dict_add_func(r->p->dict, f) };
	struct tree_node node = { .parent = r->open.n ? vec_last(&r->open).node : 0,
				  .frame = dict_add_loc(r->p->dict, row).i };
	struct open_call call = { number, table_intern(&r->nodes, &node) };

	vec_push(&r->open, call);
	tree_add(&r->samples, r->group, call.node, (uint64_t)r->now, 1, (struct json_decimal){ 0 });
}

static void end_call(struct reader *r, uint64_t number)
{
	size_t at = r->open.n;

	while (at > 0 && r->open.v[at - 1].number != number)
		at--;
	r->unopened += !at;
	if (!at)
		return;
	r->unclosed += r->open.n - at;
	r->open.n = at - 1;
}

static bool bad_record(struct reader *r, struct str line)
{
	return in_bad(r->in, "expected a record of a call, found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

static bool read_record(struct reader *r, struct str line)
{
	struct str rest = line, level = str_cut(&rest, '\t'), number = str_cut(&rest, '\t'),
		   kind = str_cut(&rest, '\t'), time, name, file;
	uint64_t depth, id;
	int64_t ns;

	if (str_eq(kind, S("R")) || str_eq(kind, S("A")))
		return true;
	if (!str_u64(level, &depth) || !str_u64(number, &id))
		return bad_record(r, line);
	time = str_cut(&rest, '\t');
	str_cut(&rest, '\t'); /* the memory in use */
	if (!stack_text_seconds(r->p, time, &ns) || ns < 0)
		return bad_record(r, line);
	if (ns < r->now)
		return in_bad(r->in, "is %lld ns before the record above",
			      (long long)(r->now - ns));
	pass_time(r, ns);
	if (str_eq(kind, S("1"))) {
		end_call(r, id);
		return true;
	}
	name = str_cut(&rest, '\t');
	if (!str_eq(kind, S("0")) || !name.n)
		return bad_record(r, line);
	str_cut(&rest, '\t'); /* whether PHP code defines it */
	file = str_cut(&rest, '\t');
	begin_call(r, id, name, file);
	return true;
}

/* The end of a trace. Calls that are still open end with its last record. */
static void end_trace(struct reader *r)
{
	r->unclosed += r->open.n;
	vec_clear(&r->open);
	r->now = 0;
	r->in_trace = false;
}

/* "			0.040000	116632": the end, of calls that are still open, too */
static bool read_last_record(struct reader *r, struct str line)
{
	struct str rest = str_trim(line);
	int64_t ns;

	if (!stack_text_seconds(r->p, str_cut(&rest, '\t'), &ns) || ns < r->now)
		return bad_record(r, line);
	pass_time(r, ns);
	vec_clear(&r->open);
	return true;
}

static bool read_trace_line(struct reader *r, struct str line)
{
	if (str_starts(line, trace_start)) {
		end_trace(r);
		r->in_trace = true;
	} else if (str_starts(line, S("TRACE END "))) {
		end_trace(r);
	} else if (r->in_trace && line.n) {
		if (str_chr(line, '\t') < 0)
			return in_fail(r->in, "a trace of xdebug for people: record with "
					      "xdebug.trace_format=1");
		return line.p[0] == '\t' ? read_last_record(r, line) : read_record(r, line);
	}
	return true;
}

static void add_notes(struct reader *r)
{
	if (r->unopened)
		in_note(r->in, 0, "%llu calls began before the trace; their ends are left out",
			(unsigned long long)r->unopened);
	if (r->unclosed)
		in_note(r->in, 0,
			"%llu calls have no end; they end with their caller, or with the trace",
			(unsigned long long)r->unclosed);
}

static void begin(struct reader *r)
{
	struct dictionary *d = r->p->dict;
	str_id count = dict_intern(d, S("count")), ns = dict_intern(d, S("nanoseconds"));
	int64_t scale;
	uint32_t calls = profile_column(r->p, dict_intern(d, S("calls")), count, &scale);
	uint32_t wall = profile_column(r->p, dict_intern(d, S("wall")), ns, &scale);

	tree_samples_init_in(&r->samples, r->in, r->p);
	r->group = tree_group(&r->samples, (label_set_id){ 0 }, calls, wall);
	table_init(&r->nodes, sizeof(struct tree_node), sizeof(struct tree_node));
}

static void finish(struct reader *r)
{
	if (r->in_trace)
		in_note(r->in, 0, "ends before the line 'TRACE END'");
	end_trace(r);
	if (r->nodes.n == 1)
		in_fail(r->in, "holds no calls");
	add_notes(r);
	if (!r->in->failed)
		tree_finish(&r->samples, (const struct tree_node *)r->nodes.rows, r->nodes.n, NULL,
			    0);
}

static bool xdebug_trace_read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p };
	struct str line;

	begin(&r);
	while (in_line(in, &line) && read_trace_line(&r, line))
		;
	if (!in->failed)
		finish(&r);
	table_release(&r.nodes);
	tree_samples_release(&r.samples);
	vec_release(&r.open);
	return !in->failed;
}

static int xdebug_trace_sniff(struct sniff *s)
{
	struct str head = s->head;

	for (size_t i = 0; i < 3; i++)
		if (str_starts(str_cut(&head, '\n'), trace_start))
			return 96;
	return 0;
}

const struct format format_xdebug_trace = {
	.name = "xdebug-trace",
	.help = "function traces of xdebug, in the format for computers",
	.sniff = xdebug_trace_sniff,
	.read = xdebug_trace_read,
};
