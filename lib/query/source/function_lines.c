#include "query/source/function_lines.h"

#include "analyze/sum.h"
#include "profile/unit.h"

/* One unit for all values: that of the least value, if the total reads well in it. */
static double common_unit(const struct functions *f, const struct query *q)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < f->shown; i++) {
		const struct graph_node *node = graph_node(&f->graph, f->order.v[i]);
		uint64_t v = sum_magnitude(node->flat ? node->flat : node->cum);

		least = v && v < least ? v : least;
	}
	if (least == UINT64_MAX)
		least = (uint64_t)q->total;
	return unit_common((double)least, (double)q->total,
			   dict_text(q->p->dict, q->p->col[q->col].unit));
}

static int64_t mean(int64_t v, int64_t n)
{
	return !n || (v == INT64_MIN && n == -1) ? v : v / n;
}

/*
 * Divide by the values of the first column. The graph of that column has the same nodes, since
 * these are numbered by location, but may have other edges.
 */
static void divide_graph(struct graph *g, const struct query *q, enum graph_edges which)
{
	struct graph divisor;

	graph_build(&divisor, q->p, 0, g->names, which);
	for (uint32_t i = 1; i < g->nnode; i++) {
		struct graph_node *node = graph_node(g, i);
		const struct graph_node *by = graph_node(&divisor, i);

		node->flat = mean(node->flat, by->flat);
		node->cum = mean(node->cum, by->cum);
	}
	for (uint32_t i = 1; i < g->edge.n; i++) {
		struct graph_edge *edge = graph_edge(g, i);
		uint32_t by = table_find(&divisor.edge, edge);

		edge->weight = mean(edge->weight, graph_edge(&divisor, by)->weight);
	}
	q->p->saturated += divisor.saturated;
	graph_release(&divisor);
}

void functions_init(struct functions *f, struct query *q, enum graph_edges which)
{
	f->ratio = (struct ratio_graph){ 0 };
	frame_names_init(&f->names, q->p->dict, dict_frame_name);
	graph_build(&f->graph, q->p, q->col, &f->names, which);
	q->p->saturated += f->graph.saturated;
	f->order = graph_nodes(&f->graph, q->arg.order);
	if (q->arg.mean) /* after the order is set by sums, as in google/pprof */
		divide_graph(&f->graph, q, which);
	if (q->arg.has_ratio)
		ratio_graph_init(&f->ratio, &q->arg.ratio, q->p, &f->names);
	f->shown = q->arg.limit ? min_size(f->order.n, q->arg.limit) : f->order.n;
	if (f->shown)
		q->unit_value = common_unit(f, q);
}

void functions_release(struct functions *f)
{
	ratio_graph_release(&f->ratio);
	graph_list_release(&f->order);
	graph_release(&f->graph);
	frame_names_release(&f->names);
}

void functions_header(const struct functions *f, const struct query *q)
{
	struct buf *b = &q->out->bytes;
	int64_t shown = 0;

	for (size_t i = 0; i < f->shown; i++)
		shown = sat_add(q->p, shown, graph_node(&f->graph, f->order.v[i])->flat);
	put_header(q, b);
	put_shown(q, b, shown);
	if (f->shown < f->order.n)
		buf_printf(b, "Showing top %zu nodes out of %zu\n", f->shown, f->order.n);
}

void functions_line(const struct query *q, const struct graph_node *node, int64_t sum)
{
	struct buf *b = &q->out->bytes;

	put_value_column(q, b, node->flat, 10);
	put_percent_column(b, node->flat, q->total);
	put_percent_column(b, sum, q->total);
	buf_ch(b, ' ');
	put_value_column(q, b, node->cum, 10);
	put_percent_column(b, node->cum, q->total);
}

void functions_cells(const struct query *q, struct rows *r, const struct graph_node *node,
		     int64_t sum)
{
	rows_int(r, node->flat);
	rows_percent(r, node->flat, q->total);
	rows_percent(r, sum, q->total);
	rows_int(r, node->cum);
	rows_percent(r, node->cum, q->total);
}
