/*
 * The output of gprof: a flat profile, and a call graph.
 *
 *	index % time    self  children    called     name
 *	                                                 <spontaneous>
 *	[1]    100.0    0.01    0.05                 main [1]
 *	                0.02    0.03     100/100         parse [2]
 *	-----------------------------------------------
 *	                0.02    0.03     100/100         main [1]
 *	[2]     83.3    0.02    0.03     100         parse [2]
 *	                               40               parse [2]
 *
 * A function's block has its callers above its own line and its callees below, with the times
 * of the calls, callees included. A line without times is recursion. The flat profile is read
 * only if there is no call graph. Times are seconds with two decimals; gprof's graph is itself
 * an estimate.
 */
#include "format/callgrind/call_graph.h"
#include "format/format.h"
#include "format/stack_text/stack_text.h"

enum section { NO_SECTION, FLAT, FLAT_ROWS, GRAPH, GRAPH_ROWS };

struct reader {
	struct in *in;
	struct profile *p;
	struct call_graph graph;
	enum section section;
	uint32_t function; /* of the current block, once its own line was read */
	bool has_rows, has_graph, has_cycle, ended;
};

/* "parse <cycle 1> [2]": the name. */
static uint32_t function_named(struct reader *r, struct str name)
{
	struct graph_function f = { .one = 1 };
	ptrdiff_t open = str_rchr(name, '['), cycle;

	if (open > 0 && str_ends(name, S("]")))
		name = str_trim(str(name.p, (size_t)open));
	cycle = str_find(name, S(" <cycle "));
	if (cycle > 0) {
		name.n = (size_t)cycle;
		r->has_cycle = true;
	}
	f.name = dict_intern(r->p->dict, name);
	return table_intern(&r->graph.function, &f);
}

static void add_self(struct reader *r, uint32_t function, int64_t ns)
{
	struct graph_cost c = { .function = function };

	call_graph_add_cost(&r->graph, c, ns);
	r->has_rows = true;
}

/* "100/100", "100", "5+3" */
static bool is_calls(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!is_digit(word.p[i]) && word.p[i] != '/' && word.p[i] != '+')
			return false;
	return word.n && is_digit(word.p[0]);
}

/* Two times and an optional number of calls; *rest becomes the name. */
static bool parse_times(struct reader *r, struct str *rest, int64_t *self, int64_t *children)
{
	struct str after;

	if (!stack_text_seconds(r->p, str_cut_word(rest), self) ||
	    !stack_text_seconds(r->p, str_cut_word(rest), children))
		return false;
	after = *rest;
	if (is_calls(str_cut_word(&after)))
		*rest = after;
	return rest->n;
}

static bool bad_row(struct reader *r, struct str line)
{
	return in_bad(r->in, "expected the times of a function, found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

/* "[2]     83.3    0.02    0.03     100         parse [2]" */
static bool read_own_line(struct reader *r, struct str line)
{
	struct str rest = line;
	int64_t self, children;

	str_cut_word(&rest);
	str_cut_word(&rest);
	if (!parse_times(r, &rest, &self, &children))
		return bad_row(r, line);
	if (str_starts(rest, S("<cycle "))) /* the sum of its functions */
		return true;
	r->function = function_named(r, rest);
	add_self(r, r->function, self);
	return true;
}

/* "                0.02    0.03     100/100         parse [2]", below the own line */
static void read_callee(struct reader *r, struct str line)
{
	struct graph_call c = { .caller = r->function };
	struct str rest = line, first = str_cut_word(&rest);
	int64_t self, children;

	rest = line;
	if (is_calls(first) || str_starts(str_trim(line), S("<")) ||
	    !parse_times(r, &rest, &self, &children))
		return; /* recursion, <spontaneous> */
	c.callee = function_named(r, rest);
	call_graph_add_call(&r->graph, c, sat_add(r->p, self, children));
}

static bool read_graph_row(struct reader *r, struct str line)
{
	if (str_starts(line, S("---"))) {
		r->function = 0;
		return true;
	}
	if (line.p[0] == '[')
		return read_own_line(r, line);
	if (!is_blank(line.p[0])) { /* "Index by function name", explanations */
		r->section = NO_SECTION;
		return true;
	}
	if (r->function)
		read_callee(r, line);
	return true;
}

/* " 33.34      0.02     0.02     7208     0.00     0.00  parse" */
static bool read_flat_row(struct reader *r, struct str line)
{
	struct str rest = line, word;
	int64_t self, n;

	str_cut_word(&rest);
	str_cut_word(&rest);
	if (!stack_text_seconds(r->p, str_cut_word(&rest), &self))
		return bad_row(r, line);
	word = rest;
	for (int i = 0; i < 3 && stack_text_seconds(r->p, str_cut_word(&word), &n); i++)
		rest = word;
	add_self(r, function_named(r, rest), self);
	return true;
}

/* There is one flat profile, and one graph after it: others belong to another program. */
static bool refuse_another(struct reader *r)
{
	r->ended = true;
	return in_bad(r->in, "another profile follows; only the first one is read");
}

static void begin_graph(struct reader *r)
{
	r->has_graph = true;
	call_graph_release(&r->graph); /* the flat profile has the same times */
	call_graph_init(&r->graph, r->p);
	r->section = GRAPH_ROWS;
	r->function = 0;
}

static bool read_gprof_line(struct reader *r, struct str line)
{
	struct str text = str_trim(line);
	bool is_graph = str_starts(text, S("index % time "));

	if (r->ended)
		return true;
	if (is_graph ? r->has_graph : r->has_rows && str_starts(text, S("Flat profile:")))
		return refuse_another(r);
	if (!text.n || text.p[0] == '\f') {
		r->section = r->section == FLAT_ROWS ? NO_SECTION : r->section;
		return true;
	}
	if (str_starts(text, S("Flat profile:")))
		r->section = FLAT;
	else if (is_graph)
		begin_graph(r);
	else if (r->section == FLAT && str_starts(text, S("time ")))
		r->section = FLAT_ROWS;
	else if (r->section == FLAT_ROWS)
		return read_flat_row(r, line);
	else if (r->section == GRAPH_ROWS)
		return read_graph_row(r, line);
	return true;
}

static bool gprof_read(struct in *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p };
	struct str line;
	int64_t scale;

	profile_column(p, dict_intern(p->dict, S("cpu")), dict_intern(p->dict, S("nanoseconds")),
		       &scale);
	call_graph_init(&r.graph, p);
	while (in_line(in, &line) && read_gprof_line(&r, line))
		;
	if (!in->failed && !r.has_rows)
		in_fail(in, "holds no samples");
	if (!in->failed && (call_graph_add_samples(&r.graph) || r.has_cycle)) {
		profile_add_comment(p, S("stacks=estimated"));
		in_note(in, 0,
			"a call graph: what functions cost themselves is exact, their callers "
			"are estimated");
	}
	call_graph_release(&r.graph);
	return !in->failed;
}

static int gprof_sniff(struct sniff *s)
{
	struct str head = s->head;

	if (str_chr(head, '\0') >= 0)
		return 0;
	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (str_starts(line, S("Each sample counts as ")) ||
		    str_starts(line, S("granularity: each sample hit covers ")))
			return 64;
	}
	return 0;
}

const struct format format_gprof = {
	.name = "gprof",
	.help = "flat profiles and call graphs that gprof prints",
	.sniff = gprof_sniff,
	.read = gprof_read,
};
