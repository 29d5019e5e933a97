/*
 * Call graphs that pmcstat of FreeBSD prints (pmcstat -R FILE -G GRAPH):
 *
 *	@ CPU_CLK_UNHALTED_CORE [17 samples]
 *
 *	03.07%  [17]       witness_unlock @ /boot/kernel/kernel
 *	 70.59%  [12]        __mtx_unlock_flags
 *	  16.67%  [2]          selfdfree
 *
 * Below a function, indented by one more blank, are its callers. The number counts the samples
 * whose stacks lead from this line to the first one; stacks of samples that no caller has begin
 * here. The binary is printed where it changes. Each event has a graph of its own, and is a
 * sample type.
 */
#include "format/folded.h"
#include "format/format.h"
#include "format/stack_text/stack_text.h"

enum { DEEPEST = 1000 };

/* A function on the path to the current line. */
struct way {
	loc_id loc;
	int64_t left; /* samples that no caller has so far */
};

struct reader {
	struct stack_text s;
	struct buf module; /* the one printed last */
	uint32_t col;
	bool has_column;
	VEC(struct way) way; /* by depth: the leaf first */
};

struct graph_line {
	size_t depth;
	int64_t samples;
	struct str name, module; /* module: empty if it is that of the line before */
};

static bool parse_graph_line(struct str line, struct graph_line *g)
{
	struct str rest = line, percent, count;
	struct folded_count ignored;
	ptrdiff_t at;

	*g = (struct graph_line){ .module = S("") };
	while (rest.n && rest.p[0] == ' ') {
		rest = str_skip(rest, 1);
		g->depth++;
	}
	percent = str_cut(&rest, '%');
	if (!rest.p || !percent.n || !folded_count(percent, &ignored))
		return false;
	rest = str_trim(rest);
	if (!str_starts(rest, S("[")))
		return false;
	rest = str_skip(rest, 1);
	count = str_cut(&rest, ']');
	if (!rest.p || !str_i64(count, &g->samples) || g->samples < 0)
		return false;
	g->name = str_trim(rest);
	at = str_find(g->name, S(" @ "));
	if (at >= 0) {
		g->module = str_skip(g->name, (size_t)at + 3);
		g->name.n = (size_t)at;
	}
	return g->name.n > 0;
}

/* "@ CPU_CLK_UNHALTED_CORE [17 samples]" */
static bool parse_event(struct str line, struct str *name)
{
	ptrdiff_t open = str_rchr(line, '[');

	if (!str_starts(line, S("@ ")) || open < 4 || !str_ends(line, S(" samples]")))
		return false;
	*name = str_trim(str(line.p + 2, (size_t)open - 2));
	return name->n > 0;
}

/* Add the samples of stacks that begin in the functions from this depth on. */
static void end_ways(struct reader *r, size_t depth)
{
	for (; r->way.n > depth; vec_pop(&r->way)) {
		if (!vec_last(&r->way).left)
			continue;
		for (size_t i = 0; i < r->way.n; i++)
			vec_push(&r->s.frames, r->way.v[i].loc);
		stack_text_sample(&r->s, r->col, vec_last(&r->way).left, (label_set_id){ 0 });
	}
}

static bool add_line(struct reader *r, const struct graph_line *g)
{
	struct way *callee;

	end_ways(r, g->depth);
	if (g->depth > r->way.n)
		return in_bad(r->s.in, "a caller without the function above it");
	if (g->depth > DEEPEST) /* a line of a few bytes takes memory in proportion to its depth */
		return in_bad(r->s.in, "a function more than %d deep", DEEPEST);
	if (g->depth) {
		callee = &vec_last(&r->way);
		if (callee->left < g->samples)
			return in_bad(r->s.in, "callers with more samples than the function has");
		callee->left -= g->samples;
	}
	if (!r->has_column)
		r->col = stack_text_column(&r->s, S("samples"), S("count"));
	r->has_column = true;
	if (g->module.n) {
		r->module.n = 0;
		buf_add(&r->module, g->module);
	}
	stack_text_frame(&r->s, buf_str(&r->module), g->name);
	vec_push(&r->way, { vec_last(&r->s.frames), g->samples });
	vec_clear(&r->s.frames);
	return true;
}

static bool read_graph_line(struct reader *r, struct str line)
{
	struct graph_line g;
	struct str event;

	if (!str_trim(line).n)
		return true;
	if (parse_event(line, &event)) {
		end_ways(r, 0);
		r->col = stack_text_column(&r->s, event, S("count"));
		if (!r->has_column)
			r->s.p->head.default_type = dict_intern(r->s.p->dict, event);
		return r->has_column = true;
	}
	if (parse_graph_line(line, &g))
		return add_line(r, &g);
	return in_bad(r->s.in, "expected 'PERCENT%% [SAMPLES] FUNCTION', found '%.*s'",
		      STR_ARG(str(line.p, min_size(line.n, 80))));
}

static bool pmcstat_read(struct in *in, struct profile *p)
{
	struct reader r = { 0 };
	struct str line;

	stack_text_begin(&r.s, in, p);
	while (in_line(in, &line) && read_graph_line(&r, line))
		;
	end_ways(&r, 0);
	if (!in->failed && p->sample.n == 1)
		in_fail(in, "holds no samples");
	stack_text_end(&r.s);
	buf_release(&r.module);
	vec_release(&r.way);
	return !in->failed;
}

/* A function at the first level, perhaps after an event. */
static int pmcstat_sniff(struct sniff *s)
{
	enum { GRAPH = 40, EVENT_BITS = 24 };
	struct str head = s->head, event;
	struct graph_line g;
	int bits = GRAPH;

	while (head.n) {
		struct str line = str_cut(&head, '\n');

		if (!str_trim(line).n)
			continue;
		if (parse_event(line, &event) && bits == GRAPH)
			bits += EVENT_BITS;
		else
			return parse_graph_line(line, &g) && !g.depth ? bits : 0;
	}
	return 0;
}

const struct format format_pmcstat = {
	.name = "pmcstat",
	.help = "call graphs that pmcstat -G of FreeBSD prints",
	.events = true,
	.sniff = pmcstat_sniff,
	.read = pmcstat_read,
};
