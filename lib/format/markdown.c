/*
 * A profile for people and language models: Markdown with the total, the facts, the functions
 * with the largest self values, the branches of the call tree with at least 1 % of the total,
 * and how much was left out. In a differential profile, values are changes.
 *
 * This format can only be written; it is a summary.
 */
#include "analyze/graph.h"
#include "analyze/total.h"
#include "analyze/tree.h"
#include "base/when.h"
#include "format/format.h"
#include "profile/unit.h"

enum { MOST_FUNCTIONS = 30, MOST_NODES = 150 };

struct markdown {
	struct buf *b;
	struct profile *p;
	uint32_t col;
	struct frame_names names;
	struct str unit;
	int64_t total; /* the base of shares */
	bool diff;
};

static void put_value(struct markdown *m, int64_t v)
{
	if (m->diff && v > 0)
		buf_ch(m->b, '+');
	unit_print(m->b, (double)v, m->unit);
}

static void put_share(struct markdown *m, int64_t v)
{
	buf_printf(m->b, "%.1f %%", m->total ? 100 * (double)v / (double)m->total : 0.0);
}

/* As a code span; '|' would end the cell of a table, and '`' the span. */
static void put_name(struct markdown *m, str_id name)
{
	struct str s = dict_text(m->p->dict, name);

	buf_ch(m->b, '`');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '|')
			buf_ch(m->b, '\\');
		buf_ch(m->b, s.p[i] == '`' ? '\'' : (uint8_t)s.p[i] < ' ' ? ' ' : s.p[i]);
	}
	buf_ch(m->b, '`');
}

static void put_other_types(struct markdown *m)
{
	if (m->p->ncol < 2)
		return;
	buf_add(m->b, S("- other sample types, which --type selects:"));
	for (uint32_t i = 0; i < m->p->ncol; i++) {
		if (i == m->col)
			continue;
		buf_ch(m->b, ' ');
		put_name(m, m->p->col[i].type);
	}
	buf_ch(m->b, '\n');
}

static void put_head(struct markdown *m)
{
	const struct header *h = &m->p->head;
	struct str type = dict_text(m->p->dict, m->p->col[m->col].type);

	buf_printf(m->b, "# %s of %.*s\n\n- total: ", m->diff ? "Difference" : "Profile",
		   STR_ARG(type));
	unit_print(m->b, (double)m->total, m->unit);
	if (m->diff)
		buf_add(m->b, S(" in the base, of which shares are"));
	buf_printf(m->b, "\n- samples: %u, by stack and labels\n", m->p->sample.n - 1);
	put_other_types(m);
	if (h->time) {
		buf_add(m->b, S("- time: "));
		when_print(m->b, h->time);
		buf_ch(m->b, '\n');
	}
	if (h->duration) {
		buf_add(m->b, S("- duration: "));
		unit_print(m->b, (double)h->duration, S("nanoseconds"));
		buf_ch(m->b, '\n');
	}
	for (size_t i = 0; i < profile_ncomment(m->p); i++) {
		buf_add(m->b, S("- "));
		put_name(m, profile_comment(m->p, i));
		buf_ch(m->b, '\n');
	}
}

static void put_function(struct markdown *m, const struct graph_node *n)
{
	buf_add(m->b, S("| "));
	put_value(m, n->flat);
	buf_add(m->b, S(" | "));
	put_share(m, n->flat);
	buf_add(m->b, S(" | "));
	put_value(m, n->cum);
	buf_add(m->b, S(" | "));
	put_share(m, n->cum);
	buf_add(m->b, S(" | "));
	put_name(m, n->name);
	buf_add(m->b, S(" |\n"));
}

static void put_functions(struct markdown *m)
{
	struct graph g;
	struct graph_list order;
	size_t shown;
	int64_t rest = 0;

	graph_build(&g, m->p, m->col, &m->names, GRAPH_NO_EDGES);
	m->p->saturated += g.saturated;
	order = graph_nodes(&g, GRAPH_BY_FLAT);
	for (shown = 0; shown < min_size(order.n, MOST_FUNCTIONS); shown++)
		if (!graph_node(&g, order.v[shown])->flat)
			break; /* the rest only calls */
	buf_add(m->b, S("\n## Functions, by self value\n\n"
			"| self | share | with callees | share | function |\n"
			"|---:|---:|---:|---:|---|\n"));
	for (size_t i = 0; i < shown; i++)
		put_function(m, graph_node(&g, order.v[i]));
	for (size_t i = shown; i < order.n; i++)
		rest = sat_add(m->p, rest, graph_node(&g, order.v[i])->flat);
	if (shown < order.n) {
		buf_printf(m->b, "\nLeft out: %zu functions, with ", order.n - shown);
		put_value(m, rest);
		buf_add(m->b, S(" of self value, "));
		put_share(m, rest);
		buf_add(m->b, S(".\n"));
	}
	graph_list_release(&order);
	graph_release(&g);
}

static double node_value(const struct tree *t, uint32_t i)
{
	return (double)t->node[i].total - (t->diff ? (double)t->base_total[i] : 0);
}

/* The larger side decides, so that code that is only in the base is shown, too. */
static bool is_shown(const struct markdown *m, const struct tree *t, uint32_t i)
{
	int64_t base = t->diff ? t->base_total[i] : 0, v = t->node[i].total;

	return (double)(v > base ? v : base) * 100 >= (double)m->total;
}

static void put_node(struct markdown *m, const struct tree *t, uint32_t i, uint32_t depth)
{
	struct buf share = { 0 };

	buf_printf(&share, "%.1f %%", 100 * node_value(t, i) / (double)m->total);
	buf_printf(m->b, "%9.*s  ", STR_ARG(buf_str(&share)));
	for (uint32_t k = 1; k < depth; k++)
		buf_ch(m->b, ' ');
	buf_add(m->b, dict_text(m->p->dict, t->node[i].name));
	buf_ch(m->b, '\n');
	buf_release(&share);
}

static void put_tree(struct markdown *m, struct out *out)
{
	struct tree t = { 0 };
	uint32_t depth = 0, shown = 0, left_out = 0;

	tree_build(&t, m->p, m->col, &m->names, TREE_BY_TOTAL);
	m->p->saturated += t.saturated;
	buf_add(m->b, S("\n## Call tree, callers before callees\n\n```\n"));
	for (uint32_t i = tree_next(&t, 0, &depth); i; i = tree_next(&t, i, &depth)) {
		if (shown == MOST_NODES || !is_shown(m, &t, i)) {
			left_out++;
			continue;
		}
		put_node(m, &t, i, depth);
		shown++;
		out_flush(out);
	}
	buf_add(m->b, S("```\n"));
	if (left_out)
		buf_printf(m->b, "\nLeft out: %u places in the tree, %s.\n", left_out,
			   shown == MOST_NODES ? "below 1 % or after the first 150" :
						 "each below 1 %");
	tree_release(&t);
}

static void write_markdown(struct out *out, struct profile *p)
{
	struct markdown m = { .b = &out->bytes, .p = p };
	struct column_total total;

	if (!p->ncol)
		return;
	profile_round(p);
	m.col = profile_default_column(p);
	m.unit = dict_text(p->dict, p->col[m.col].unit);
	total = column_total(p, m.col);
	p->saturated += total.saturated;
	m.total = column_total_shares(&total);
	m.diff = is_differential(p);
	frame_names_init(&m.names, p->dict, dict_frame_name);
	put_head(&m);
	put_functions(&m);
	put_tree(&m, out);
	frame_names_release(&m.names);
}

const struct format format_markdown = {
	.name = "markdown",
	.help = "a summary for people",
	.text = true,
	.all_types = true, /* names those that it leaves out */
	.write = write_markdown,
};
