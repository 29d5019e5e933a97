/* --dot: the call graph in the language of Graphviz. */
#include <math.h>

#include "analyze/sum.h"
#include "io/escape.h"
#include "query/source/function_lines.h"

/* A picture of more nodes, or of all calls between them, is unreadable. */
enum { MOST_NODES = 80, EDGE_PER_MILLE = 1 };

struct dot {
	struct query *q;
	struct functions f; /* of the whole profile */
	struct graph graph; /* of the functions shown */
	struct graph_list edges;
	uint32_t *number; /* by node: its number in the picture, 0 = not shown */
	size_t nnode;
	size_t dropped; /* edges */
	int64_t most_flat;
};

static bool is_heavy(const struct query *q, int64_t weight)
{
	return (double)sum_magnitude(weight) * 1000 >= (double)q->total * EDGE_PER_MILLE;
}

static int64_t magnitude(int64_t v)
{
	return v == INT64_MIN ? INT64_MAX : v < 0 ? -v : v;
}

/* Choose the functions with the largest cumulative values, which include their own callers. */
static void choose_nodes(struct dot *d)
{
	struct graph_list by_cum = graph_nodes(&d->f.graph, GRAPH_BY_CUM);
	size_t limit = d->q->arg.limit ? d->q->arg.limit : MOST_NODES;
	uint8_t *keep = mem_zeroed(d->f.graph.nnode, 1);

	d->nnode = min_size(by_cum.n, limit);
	d->number = mem_zeroed(d->f.graph.nnode, sizeof(*d->number));
	for (size_t i = 0; i < d->nnode; i++) {
		keep[by_cum.v[i]] = 1;
		d->number[by_cum.v[i]] = (uint32_t)i + 1;
	}
	graph_build_part(&d->graph, &d->f.graph, d->q->col, keep);
	mem_free(keep, d->f.graph.nnode);
	graph_list_release(&by_cum);
}

static void dot_init(struct dot *d, struct query *q)
{
	*d = (struct dot){ .q = q };
	functions_init(&d->f, q, GRAPH_NO_EDGES);
	choose_nodes(d);
	q->p->saturated += d->graph.saturated;
	d->edges = graph_edges_by_caller(&d->graph);
	for (uint32_t i = 1; i < d->graph.nnode; i++) {
		int64_t flat = d->number[i] ? magnitude(graph_node(&d->graph, i)->flat) : 0;

		d->most_flat = flat > d->most_flat ? flat : d->most_flat;
	}
	for (size_t i = 0; i < d->edges.n; i++)
		d->dropped += !is_heavy(q, graph_edge(&d->graph, d->edges.v[i])->weight);
}

static void dot_release(struct dot *d)
{
	mem_free(d->number, d->f.graph.nnode * sizeof(*d->number));
	graph_list_release(&d->edges);
	graph_release(&d->graph);
	functions_release(&d->f);
}

/* Text */

/* Append text inside a quoted string; its lines are left-justified. */
static void put_quoted(struct buf *b, struct str text)
{
	struct buf clean = { 0 };

	while (text.n) {
		struct str line = str_cut(&text, '\n');

		clean.n = 0;
		clean_text(&clean, line);
		for (size_t i = 0; i < clean.n; i++) {
			if (clean.p[i] == '"' || clean.p[i] == '\\')
				buf_ch(b, '\\');
			buf_ch(b, clean.p[i]);
		}
		if (text.p)
			buf_add(b, S("\\l"));
	}
	buf_release(&clean);
}

/* A colour from grey to red by the share of the total; to green if it is negative. */
static void put_color(struct buf *b, const struct query *q, int64_t v, bool fill)
{
	double share = q->total ? fmin(1, fabs((double)v / (double)q->total)) : 0;
	double strength = pow(share, 0.4), light = fill ? 0.93 : 0.70;
	int strong = (int)(255 * (light - (fill ? 0 : 0.1) * strength));
	int weak = (int)(255 * (light - (fill ? 0.25 : 0.70) * strength));

	buf_printf(b, "\"#%02x%02x%02x\"", v < 0 ? weak : strong, v < 0 ? strong : weak, weak);
}

static void put_share(struct dot *d, struct buf *b, int64_t v)
{
	put_value(d->q, b, v);
	buf_add(b, S(" ("));
	put_percent(b, v, d->q->total);
	buf_ch(b, ')');
}

static void print_head(struct dot *d)
{
	struct buf head = { 0 }, *b = &d->q->out->bytes;
	int64_t shown = 0;

	for (uint32_t i = 1; i < d->graph.nnode; i++)
		shown = sat_add(d->q->p, shown, graph_node(&d->graph, i)->flat);
	put_header(d->q, &head);
	put_shown(d->q, &head, shown);
	if (d->nnode < d->f.order.n)
		buf_printf(&head, "Showing top %zu nodes out of %zu\n", d->nnode, d->f.order.n);
	if (d->dropped)
		buf_printf(&head, "Dropped %zu edges below 0.1%%\n", d->dropped);
	buf_add(b, S("digraph prof {\n"
		     "node [style=filled fillcolor=\"#f8f8f8\" shape=box fontname=\"sans\"]\n"
		     "edge [fontname=\"sans\"]\n"
		     "subgraph cluster_head { head [fontsize=16 label=\""));
	put_quoted(b, buf_str(&head));
	buf_add(b, S("\"] }\n"));
	buf_release(&head);
}

static void print_node(struct dot *d, uint32_t i)
{
	struct buf *b = &d->q->out->bytes;
	const struct graph_node *node = graph_node(&d->graph, i);
	struct str name = dict_text(d->q->p->dict, node->name);
	double size = d->most_flat ? (double)magnitude(node->flat) / (double)d->most_flat : 0;

	buf_printf(b, "N%u [label=\"", d->number[i]);
	put_quoted(b, name);
	buf_add(b, S("\\n"));
	if (node->flat)
		put_share(d, b, node->flat);
	else
		buf_ch(b, '0');
	if (node->cum != node->flat) {
		buf_add(b, node->flat ? S("\\nof ") : S(" of "));
		put_share(d, b, node->cum);
	}
	buf_printf(b, "\" id=\"node%u\" fontsize=%d tooltip=\"", d->number[i],
		   8 + (int)ceil(16 * sqrt(size)));
	put_quoted(b, name);
	buf_add(b, S(" "));
	put_share(d, b, node->cum);
	buf_add(b, S("\" color="));
	put_color(b, d->q, node->cum, false);
	buf_add(b, S(" fillcolor="));
	put_color(b, d->q, node->cum, true);
	buf_add(b, S("]\n"));
	out_flush(d->q->out);
}

static void print_edge(struct dot *d, const struct graph_edge *e)
{
	struct buf *b = &d->q->out->bytes;
	double share = d->q->total ?
			       fmin(1, (double)sum_magnitude(e->weight) / (double)d->q->total) :
			       0;

	buf_printf(b, "N%u -> N%u [label=\" ", d->number[e->caller], d->number[e->callee]);
	put_value(d->q, b, e->weight);
	if (!e->called)
		buf_add(b, S("\\n (inline)"));
	buf_printf(b, "\" weight=%d penwidth=%d color=", 1 + (int)(share * 100),
		   1 + (int)(share * 5));
	put_color(b, d->q, e->weight, false);
	if (e->residual)
		buf_add(b, S(" style=dotted"));
	buf_add(b, S("]\n"));
	out_flush(d->q->out);
}

static void print_dot(struct query *q)
{
	struct dot d;

	dot_init(&d, q);
	print_head(&d);
	for (uint32_t i = 1; i < d.graph.nnode; i++)
		if (d.number[i])
			print_node(&d, i);
	for (size_t i = 0; i < d.edges.n; i++)
		if (is_heavy(q, graph_edge(&d.graph, d.edges.v[i])->weight))
			print_edge(&d, graph_edge(&d.graph, d.edges.v[i]));
	buf_add(&q->out->bytes, S("}\n"));
	dot_release(&d);
}

/* Rows: all calls between the nodes shown */

static const char *const dot_cells[] = { "caller",  "callee",   "weight", "percent",
					 "inlined", "residual", NULL };

static void list_dot(struct query *q, struct rows *r)
{
	struct dot d;

	dot_init(&d, q);
	for (size_t i = 0; i < d.edges.n; i++) {
		const struct graph_edge *e = graph_edge(&d.graph, d.edges.v[i]);

		rows_str(r, dict_text(q->p->dict, graph_node(&d.graph, e->caller)->name));
		rows_str(r, dict_text(q->p->dict, graph_node(&d.graph, e->callee)->name));
		rows_int(r, e->weight);
		rows_percent(r, e->weight, q->total);
		rows_bool(r, !e->called);
		rows_bool(r, e->residual);
	}
	dot_release(&d);
}

const struct report report_dot = {
	.name = "dot",
	.help = "the call graph for Graphviz (80 functions)",
	.argument = REPORT_LIMIT,
	.text = print_dot,
	.names = dot_cells,
	.rows = list_dot,
};
