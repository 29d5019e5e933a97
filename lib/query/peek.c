/* --peek: functions with their callers and callees. */
#include "analyze/groups.h"
#include "query/source/function_lines.h"

/* The edges of each node at one of their ends, the heaviest first. */
struct edge_lists {
	struct graph_list edge; /* those of one node together, as in by_node */
	struct groups by_node;
};

static void edge_lists_init(struct edge_lists *e, const struct graph *g, bool by_callee)
{
	groups_init(&e->by_node, g->nnode);
	e->edge = by_callee ? graph_edges_by_callee(g) : graph_edges_by_caller(g);
	for (size_t i = 0; i < e->edge.n; i++) {
		const struct graph_edge *edge = graph_edge(g, e->edge.v[i]);

		groups_count(&e->by_node, by_callee ? edge->callee : edge->caller);
	}
	groups_lay_out_sorted(&e->by_node);
}

static void edge_lists_release(struct edge_lists *e)
{
	graph_list_release(&e->edge);
	groups_release(&e->by_node);
}

struct peek {
	struct query *q;
	struct functions f;
	struct edge_lists callers, callees;
};

static void peek_init(struct peek *w, struct query *q)
{
	w->q = q;
	functions_init(&w->f, q, GRAPH_ALL_EDGES);
	edge_lists_init(&w->callers, &w->f.graph, true);
	edge_lists_init(&w->callees, &w->f.graph, false);
}

static void peek_release(struct peek *w)
{
	edge_lists_release(&w->callers);
	edge_lists_release(&w->callees);
	functions_release(&w->f);
}

static bool is_wanted(struct peek *w, const struct graph_node *node)
{
	bool wanted = regex_match(&w->q->arg.function, dict_text(w->q->p->dict, node->name));

	w->q->result.found |= wanted;
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

static void print_ends(const struct peek *w, const struct edge_lists *e, uint32_t node)
{
	struct buf *b = &w->q->out->bytes;
	int64_t cum = graph_node(&w->f.graph, node)->cum;

	for (uint32_t i = groups_begin(&e->by_node, node); i < groups_end(&e->by_node, node); i++) {
		const struct graph_edge *edge = graph_edge(&w->f.graph, e->edge.v[i]);

		put_value_column(w->q, b, edge->weight, 50);
		put_percent_column(b, edge->weight, cum);
		buf_add(b, S(" |   "));
		put_last_name(w->q, b, other_end(w, edge, node),
			      edge->called ? S("") : S(" (inline)"));
		buf_ch(b, '\n');
	}
}

static void print_peek(struct query *q)
{
	struct peek w;
	struct buf *b = &q->out->bytes;
	int64_t sum = 0;

	peek_init(&w, q);
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
		put_last_name(q, b, dict_text(q->p->dict, node->name), S(""));
		buf_ch(b, '\n');
		print_ends(&w, &w.callees, at);
		out_flush(q->out);
	}
	if (w.f.shown)
		buf_add(b, S(LINE));
	peek_release(&w);
}

/* Rows: the function itself, then its callers and callees */

static const char *const peek_cells[] = { "function", "flat",   "cum", "relation",
					  "name",     "weight", NULL };

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

static void add_ends(const struct peek *w, struct rows *r, const struct edge_lists *e,
		     uint32_t node, struct str relation)
{
	for (uint32_t i = groups_begin(&e->by_node, node); i < groups_end(&e->by_node, node); i++) {
		const struct graph_edge *edge = graph_edge(&w->f.graph, e->edge.v[i]);

		add_row(w, r, graph_node(&w->f.graph, node), relation, other_end(w, edge, node),
			edge->weight);
	}
}

static void list_peek(struct query *q, struct rows *r)
{
	struct peek w;

	peek_init(&w, q);
	for (size_t i = 0; i < w.f.shown; i++) {
		uint32_t at = w.f.order.v[i];
		const struct graph_node *node = graph_node(&w.f.graph, at);

		if (!is_wanted(&w, node))
			continue;
		add_row(&w, r, node, S("self"), dict_text(q->p->dict, node->name), node->cum);
		add_ends(&w, r, &w.callers, at, S("caller"));
		add_ends(&w, r, &w.callees, at, S("callee"));
	}
	peek_release(&w);
}

const struct report report_peek = {
	.name = "peek",
	.help = "callers and callees of functions that match",
	.argument = REPORT_REGEX,
	.features = REPORT_HAS_MEAN,
	.text = print_peek,
	.names = peek_cells,
	.rows = list_peek,
};
