/* --top: functions by their flat or cumulative values. */
#include "query/openmetrics.h"
#include "query/sample_groups.h"
#include "query/source/function_lines.h"

/* By node: is it called inlined, and is it called otherwise? */
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

static struct str inline_mark(uint8_t called)
{
	if (!(called & INLINED))
		return S("");
	return called & CALLED ? S(" (partial-inline)") : S(" (inline)");
}

static void put_ratios(const struct query *q, const struct functions *f, uint32_t node)
{
	struct buf *b = &q->out->bytes;

	buf_ch(b, ' ');
	put_ratio_column(q, b, ratio_of_flat(&f->ratio, node), 10);
	buf_ch(b, ' ');
	put_ratio_column(q, b, ratio_of_cum(&f->ratio, node), 10);
}

static void print_functions(struct query *q, const struct functions *f)
{
	struct buf *b = &q->out->bytes;
	uint8_t *how = how_called(&f->graph);
	int64_t sum = 0;

	buf_printf(b, "%10s %5s%% %5s%% %10s %5s%%", "flat", "flat", "sum", "cum", "cum");
	if (q->arg.has_ratio)
		buf_printf(b, " %10s %10s", "ratio", "cum ratio");
	buf_ch(b, '\n');
	for (size_t i = 0; i < f->shown; i++) {
		const struct graph_node *node = graph_node(&f->graph, f->order.v[i]);

		sum = sat_add(q->p, sum, node->flat);
		functions_line(q, node, sum);
		if (q->arg.has_ratio)
			put_ratios(q, f, f->order.v[i]);
		buf_add(b, S("  "));
		put_last_name(q, b, dict_text(q->p->dict, node->name),
			      inline_mark(how[f->order.v[i]]));
		buf_ch(b, '\n');
		out_flush(q->out);
	}
	mem_free(how, f->graph.nnode);
}

static void list_functions(struct query *q, struct rows *r, struct str by)
{
	struct functions f;
	int64_t sum = 0;

	functions_init(&f, q, GRAPH_NO_EDGES);
	for (size_t i = 0; i < f.shown; i++) {
		const struct graph_node *node = graph_node(&f.graph, f.order.v[i]);

		if (by.p)
			rows_str(r, by);
		sum = sat_add(q->p, sum, node->flat);
		functions_cells(q, r, node, sum);
		if (q->arg.has_ratio) {
			rows_number(r, ratio_of_flat(&f.ratio, f.order.v[i]));
			rows_number(r, ratio_of_cum(&f.ratio, f.order.v[i]));
		}
		rows_str(r, dict_text(q->p->dict, node->name));
	}
	functions_release(&f);
}

/* Groups */

/*
 * The most groups to show. Each one needs a pass over all frames and stacks, so a label with a
 * different value in every sample of a large profile would take hours.
 */
static size_t most_groups(const struct query *q)
{
	const struct dictionary *d = q->p->dict;

	return max_size(16, ((size_t)1 << 29) / ((size_t)d->loc.n + d->stack.n));
}

/* The query of a group's samples; to be released by release_group(). */
static struct query group_query(const struct query *q, const struct sample_groups *g, size_t i,
				struct profile *part)
{
	struct query of_group = *q;

	sample_group_profile(g, i, part);
	of_group.p = part;
	return of_group;
}

static void release_group(struct query *q, struct profile *part)
{
	q->p->saturated += part->saturated;
	profile_release(part);
}

static void print_group(struct query *q, const struct sample_groups *g, size_t i)
{
	struct buf *b = &q->out->bytes;
	struct str value = dict_text(q->p->dict, g->v[i].value);
	struct profile part;
	struct query of_group = group_query(q, g, i, &part);
	struct functions f;

	functions_init(&f, &of_group, GRAPH_INLINED);
	buf_ch(b, '\n');
	put_name(b, q->arg.by);
	buf_add(b, S(": "));
	put_name(b, value.n ? value : S("(none)"));
	buf_add(b, S(", "));
	put_value(q, b, g->v[i].weight);
	buf_add(b, S(", "));
	put_percent(b, g->v[i].weight, q->total);
	buf_ch(b, '\n');
	if (q->arg.has_ratio)
		put_ratio(&of_group, b);
	print_functions(&of_group, &f);
	functions_release(&f);
	release_group(q, &part);
}

/* Print a line about the groups that are not shown. */
static void print_other_groups(struct query *q, const struct sample_groups *g, size_t shown)
{
	struct buf *b = &q->out->bytes;
	int64_t sum = 0;

	if (shown == g->n)
		return;
	for (size_t i = shown; i < g->n; i++)
		sum = sat_add(q->p, sum, g->v[i].weight);
	buf_printf(b, "\n%zu more values, ", g->n - shown);
	put_value(q, b, sum);
	buf_add(b, S(", "));
	put_percent(b, sum, q->total);
	buf_ch(b, '\n');
}

static size_t init_groups(struct query *q, struct sample_groups *g)
{
	str_id key = dict_find_str(q->p->dict, q->arg.by);

	sample_groups_init(g, q->p, q->col, q->arg.by);
	q->p->saturated += g->saturated;
	for (size_t i = 0; key.i && i < g->n; i++)
		q->result.found |= g->v[i].value.i != 0;
	return min_size(g->n, most_groups(q));
}

static void print_groups(struct query *q)
{
	struct sample_groups g;
	size_t shown = init_groups(q, &g);
	int64_t sum = 0;

	for (size_t i = 0; i < g.n; i++)
		sum = sat_add(q->p, sum, g.v[i].weight);
	put_header(q, &q->out->bytes);
	put_shown(q, &q->out->bytes, sum);
	for (size_t i = 0; i < shown; i++)
		print_group(q, &g, i);
	print_other_groups(q, &g, shown);
	sample_groups_release(&g);
}

static void list_groups(struct query *q, struct rows *r)
{
	struct sample_groups g;
	size_t shown = init_groups(q, &g);

	q->result.left_out = g.n - shown;
	for (size_t i = 0; i < shown; i++) {
		struct profile part;
		struct query of_group = group_query(q, &g, i, &part);

		list_functions(&of_group, r, dict_text(q->p->dict, g.v[i].value));
		release_group(q, &part);
	}
	sample_groups_release(&g);
}

/* The report */

static void print_top(struct query *q)
{
	struct functions f;

	if (q->arg.by.n) {
		print_groups(q);
		return;
	}
	functions_init(&f, q, GRAPH_INLINED);
	functions_header(&f, q);
	if (q->arg.has_ratio)
		put_ratio(q, &q->out->bytes);
	print_functions(q, &f);
	functions_release(&f);
}

static void list_top(struct query *q, struct rows *r)
{
	if (q->arg.by.n)
		list_groups(q, r);
	else
		list_functions(q, r, (struct str){ 0 });
}

static const char *const *top_names(const struct query *q)
{
	static const char *const names[] = { "by", FUNCTION_CELLS, "name", NULL };
	static const char *const ratio_names[] = { "by",        FUNCTION_CELLS, "ratio",
						   "cum_ratio", "name",         NULL };

	return (q->arg.has_ratio ? ratio_names : names) + (q->arg.by.n == 0);
}

/* Metrics */

struct top_metrics {
	struct metric flat, cum;
	struct buf flat_lines, cum_lines; /* by family, whose samples must be contiguous */
};

static void add_metric(struct buf *b, const struct metric *m, const struct query *q, struct str by,
		       const struct graph_node *node, int64_t v)
{
	metric_begin(b, m);
	metric_label(b, m, q->arg.by, by);
	metric_label(b, m, S("function"), dict_text(q->p->dict, node->name));
	metric_end(b, (double)v * metric_scale(m), NULL);
}

static void add_metrics(struct top_metrics *t, struct query *q, struct str by)
{
	struct functions f;

	functions_init(&f, q, GRAPH_NO_EDGES);
	for (size_t i = 0; i < f.shown; i++) {
		const struct graph_node *node = graph_node(&f.graph, f.order.v[i]);

		add_metric(&t->flat_lines, &t->flat, q, by, node, node->flat);
		add_metric(&t->cum_lines, &t->cum, q, by, node, node->cum);
	}
	functions_release(&f);
}

static void add_group_metrics(struct top_metrics *t, struct query *q)
{
	struct sample_groups g;
	size_t shown = init_groups(q, &g);

	q->result.left_out = g.n - shown;
	for (size_t i = 0; i < shown; i++) {
		struct profile part;
		struct query of_group = group_query(q, &g, i, &part);

		add_metrics(t, &of_group, dict_text(q->p->dict, g.v[i].value));
		release_group(q, &part);
	}
	sample_groups_release(&g);
}

static void print_top_metrics(struct query *q)
{
	const struct column *c = &q->p->col[q->col];
	struct metric all = { .prefix = "prof_",
			      .type = dict_text(q->p->dict, c->type),
			      .unit = dict_text(q->p->dict, c->unit),
			      .suffix = "_total",
			      .selector = q->arg.selector };
	struct top_metrics t = { .flat = all, .cum = all };
	struct buf *b = &q->out->bytes;

	t.flat.prefix = t.cum.prefix = "prof_function_";
	t.cum.suffix = "_inclusive_total";
	if (q->arg.by.n)
		add_group_metrics(&t, q);
	else
		add_metrics(&t, q, S(""));
	metric_help(b, &t.flat, "Samples whose leaf is the function.");
	buf_add(b, buf_str(&t.flat_lines));
	metric_help(b, &t.cum, "Samples that contain the function.");
	buf_add(b, buf_str(&t.cum_lines));
	metric_help(b, &all, "All samples, before filters.");
	metric_begin(b, &all);
	metric_end(b, (double)q->total * metric_scale(&all), NULL);
	metrics_end(b);
	buf_release(&t.flat_lines);
	buf_release(&t.cum_lines);
}

const struct report report_top = {
	.name = "top",
	.help = "functions by value (--sort, --by)",
	.argument = REPORT_LIMIT,
	.features = REPORT_HAS_BY | REPORT_HAS_MEAN | REPORT_HAS_RATIO,
	.text = print_top,
	.choose_names = top_names,
	.rows = list_top,
	.metrics = print_top_metrics,
};
