/* --peek: functions with their callers and callees. */
#include "query/functions.h"

/* An index into edges that are grouped by one of their ends. */
struct ends {
	struct graph_list list;
	uint32_t *first; /* by node: the first of its edges; one more behind the last node */
	uint32_t nnode;
};

static void index_edges(struct ends *e, const struct graph *g, bool by_callee)
{
	e->list = by_callee ? graph_edges_by_callee(g) : graph_edges_by_caller(g);
	e->nnode = g->nnode;
	e->first = mem_zeroed((size_t)e->nnode + 1, sizeof(*e->first));
	for (size_t i = 0; i < e->list.n; i++) {
		const struct graph_edge *edge = graph_edge(g, e->list.v[i]);

		e->first[(by_callee ? edge->callee : edge->caller) + 1]++;
	}
	for (uint32_t i = 0; i < e->nnode; i++)
		e->first[i + 1] += e->first[i];
}

static void release(struct ends *e)
{
	graph_list_release(&e->list);
	mem_free(e->first, ((size_t)e->nnode + 1) * sizeof(*e->first));
}

struct peek {
	struct query *q;
	struct functions f;
	struct ends callers, callees;
};

static void init(struct peek *w, struct query *q)
{
	w->q = q;
	functions_init(&w->f, q, GRAPH_ALL_EDGES);
	index_edges(&w->callers, &w->f.graph, true);
	index_edges(&w->callees, &w->f.graph, false);
}

static void finish(struct peek *w)
{
	release(&w->callers);
	release(&w->callees);
	functions_release(&w->f);
}

static bool is_wanted(struct peek *w, const struct graph_node *node)
{
	bool wanted = regex_match(&w->q->peek, dict_text(w->q->p->dict, node->name));

	w->q->found |= wanted;
	return wanted;
}

/* The name at the other end of an edge of `node`. */
static struct str other_end(const struct peek *w, const struct graph_edge *e, uint32_t node)
{
	uint32_t other = e->caller == node ? e->callee : e->caller;

	return dict_text(w->q->p->dict, graph_node(&w->f.graph, other)->name);
}

/* Text */

#define LINE "----------------------------------------------------------+-------------\n"

static void print_ends(const struct peek *w, const struct ends *e, uint32_t node)
{
	struct buf *b = &w->q->out->bytes;
	int64_t cum = graph_node(&w->f.graph, node)->cum;

	for (uint32_t i = e->first[node]; i < e->first[node + 1]; i++) {
		const struct graph_edge *edge = graph_edge(&w->f.graph, e->list.v[i]);

		put_value_column(w->q, b, edge->weight, 50);
		put_percent_column(b, edge->weight, cum);
		buf_add(b, S(" |   "));
		put_name(b, other_end(w, edge, node));
		buf_add(b, edge->called ? S("\n") : S(" (inline)\n"));
	}
}

static void text(struct query *q)
{
	struct peek w;
	struct buf *b = &q->out->bytes;
	int64_t sum = 0;

	init(&w, q);
	functions_header(&w.f, q);
	buf_printf(b, LINE "%10s %5s%% %5s%% %10s %5s%%   calls calls%% + context\n", "flat",
		   "flat", "sum", "cum", "cum");
	for (size_t i = 0; i < w.f.shown; i++) {
		uint32_t at = w.f.order.v[i];
		const struct graph_node *node = graph_node(&w.f.graph, at);

		if (!is_wanted(&w, node))
			continue;
		sum = sat_add(q->p, sum, node->flat);
		buf_add(b, S(LINE));
		print_ends(&w, &w.callers, at);
		functions_line(q, node, sum);
		buf_printf(b, "%16s| ", "");
		put_name(b, dict_text(q->p->dict, node->name));
		buf_ch(b, '\n');
		print_ends(&w, &w.callees, at);
		out_flush(q->out);
	}
	if (w.f.shown)
		buf_add(b, S(LINE));
	finish(&w);
}

/* Rows: the function itself, then its callers and callees */

static const char *const names[] = {
	"function", "flat", "cum", "relation", "name", "weight", NULL
};

static void add_row(const struct peek *w, struct rows *r, const struct graph_node *node,
		    struct str relation, struct str name, int64_t weight)
{
	rows_str(r, dict_text(w->q->p->dict, node->name));
	rows_int(r, node->flat);
	rows_int(r, node->cum);
	rows_str(r, relation);
	rows_str(r, name);
	rows_int(r, weight);
}

static void add_ends(const struct peek *w, struct rows *r, const struct ends *e, uint32_t node,
		     struct str relation)
{
	for (uint32_t i = e->first[node]; i < e->first[node + 1]; i++) {
		const struct graph_edge *edge = graph_edge(&w->f.graph, e->list.v[i]);

		add_row(w, r, graph_node(&w->f.graph, node), relation, other_end(w, edge, node),
			edge->weight);
	}
}

static void rows(struct query *q, struct rows *r)
{
	struct peek w;

	init(&w, q);
	for (size_t i = 0; i < w.f.shown; i++) {
		uint32_t at = w.f.order.v[i];
		const struct graph_node *node = graph_node(&w.f.graph, at);

		if (!is_wanted(&w, node))
			continue;
		add_row(&w, r, node, S("self"), dict_text(q->p->dict, node->name), node->cum);
		add_ends(&w, r, &w.callers, at, S("caller"));
		add_ends(&w, r, &w.callees, at, S("callee"));
	}
	finish(&w);
}

const struct report report_peek = {
	.name = "peek",
	.help = "callers and callees of functions that match",
	.argument = REPORT_REGEX,
	.text = text,
	.names = names,
	.rows = rows,
};
