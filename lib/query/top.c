/* --top: functions by their flat or cumulative values. */
#include "query/function_lines.h"

/* By node: is it called inlined, called otherwise? */
enum { INLINED = 1, CALLED = 2 };

static uint8_t *how_called(const struct graph *g)
{
	uint8_t *how = mem_zeroed(g->nnode, 1);

	for (uint32_t i = 1; i < g->edge.n; i++) {
		const struct graph_edge *e = graph_edge(g, i);

		how[e->callee] |= e->called ? CALLED : INLINED;
	}
	return how;
}

static void print_top(struct query *q)
{
	struct functions f;
	struct buf *b = &q->out->bytes;
	uint8_t *how;
	int64_t sum = 0;

	functions_init(&f, q, GRAPH_INLINED);
	how = how_called(&f.graph);
	functions_header(&f, q);
	buf_printf(b, "%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum");
	for (size_t i = 0; i < f.shown; i++) {
		const struct graph_node *node = graph_node(&f.graph, f.order.v[i]);
		uint8_t called = how[f.order.v[i]];

		sum = sat_add(q->p, sum, node->flat);
		functions_line(q, node, sum);
		buf_add(b, S("  "));
		put_name(b, dict_text(q->p->dict, node->name));
		if (called & INLINED)
			buf_add(b, called & CALLED ? S(" (partial-inline)") : S(" (inline)"));
		buf_ch(b, '\n');
		out_flush(q->out);
	}
	mem_free(how, f.graph.nnode);
	functions_release(&f);
}

static const char *const top_cells[] = { FUNCTION_CELLS, "name", NULL };

static void list_top(struct query *q, struct rows *r)
{
	struct functions f;
	int64_t sum = 0;

	functions_init(&f, q, GRAPH_NO_EDGES);
	for (size_t i = 0; i < f.shown; i++) {
		const struct graph_node *node = graph_node(&f.graph, f.order.v[i]);

		sum = sat_add(q->p, sum, node->flat);
		functions_cells(q, r, node, sum);
		rows_str(r, dict_text(q->p->dict, node->name));
	}
	functions_release(&f);
}

const struct report report_top = {
	.name = "top",
	.help = "functions by flat value (--cum: by cumulative value)",
	.argument = REPORT_LIMIT,
	.text = print_top,
	.names = top_cells,
	.rows = list_top,
};
