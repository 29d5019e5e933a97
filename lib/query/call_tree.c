/* --tree: stacks as a tree, callers above their callees, the largest first. */
#include "analyze/sum.h"
#include "analyze/tree.h"
#include "profile/unit.h"
#include "query/report.h"

/* In text: without a limit, runaway recursion would print gigabytes of blanks. */
enum { MOST_INDENT = 1000 };

struct call_tree {
	struct frame_names names;
	struct tree tree;
	uint64_t saturated;
};

static void call_tree_init(struct call_tree *t, const struct query *q)
{
	*t = (struct call_tree){ 0 };
	frame_names_init(&t->names, q->p->dict, dict_frame_name);
	tree_build(&t->tree, q->p, q->col, &t->names, TREE_BY_TOTAL);
}

static void call_tree_release(struct call_tree *t, const struct query *q)
{
	q->p->saturated += t->saturated + t->tree.saturated;
	tree_release(&t->tree);
	frame_names_release(&t->names);
}

/* In a differential profile, the value that was added. */
static int64_t flat_value(struct call_tree *t, uint32_t node)
{
	int64_t base = t->tree.diff ? t->tree.base_self[node] : 0;

	return sum_subtract(t->tree.node[node].self, base, &t->saturated);
}

static int64_t cum_value(struct call_tree *t, uint32_t node)
{
	int64_t base = t->tree.diff ? t->tree.base_total[node] : 0;

	return sum_subtract(t->tree.node[node].total, base, &t->saturated);
}

static double common_unit(struct call_tree *t, const struct query *q)
{
	double least = 0;

	for (uint32_t i = 1; i < t->tree.n; i++) {
		double v = (double)flat_value(t, i);

		v = v < 0 ? -v : v;
		if (v != 0 && (least == 0 || v < least))
			least = v;
	}
	return unit_common(least, (double)q->total, dict_text(q->p->dict, q->p->col[q->col].unit));
}

static void print_tree(struct query *q)
{
	struct buf *b = &q->out->bytes;
	struct call_tree t;
	uint32_t depth = 0;

	call_tree_init(&t, q);
	q->unit_value = common_unit(&t, q);
	put_header(q, b);
	put_shown(q, b, cum_value(&t, 0));
	buf_printf(b, "%10s %5s%% %10s %5s%%\n", "cum", "cum", "flat", "flat");
	for (uint32_t i = tree_next(&t.tree, 0, &depth); i; i = tree_next(&t.tree, i, &depth)) {
		put_value_column(q, b, cum_value(&t, i), 10);
		put_percent_column(b, cum_value(&t, i), q->total);
		buf_ch(b, ' ');
		put_value_column(q, b, flat_value(&t, i), 10);
		put_percent_column(b, flat_value(&t, i), q->total);
		buf_printf(b, "%*s", (int)(2 * min_size(depth, MOST_INDENT)), "");
		put_last_name(q, b, dict_text(q->p->dict, t.tree.node[i].name), S(""));
		buf_ch(b, '\n');
		out_flush(q->out);
	}
	call_tree_release(&t, q);
}

static const char *const tree_cells[] = { "depth", "flat", "flat_percent", "cum", "cum_percent",
					  "name",  NULL };

static void list_tree(struct query *q, struct rows *r)
{
	struct call_tree t;
	uint32_t depth = 0;

	call_tree_init(&t, q);
	for (uint32_t i = tree_next(&t.tree, 0, &depth); i; i = tree_next(&t.tree, i, &depth)) {
		rows_int(r, depth);
		rows_int(r, flat_value(&t, i));
		rows_percent(r, flat_value(&t, i), q->total);
		rows_int(r, cum_value(&t, i));
		rows_percent(r, cum_value(&t, i), q->total);
		rows_str(r, dict_text(q->p->dict, t.tree.node[i].name));
	}
	call_tree_release(&t, q);
}

const struct report report_tree = {
	.name = "tree",
	.help = "the call tree",
	.text = print_tree,
	.names = tree_cells,
	.rows = list_tree,
};
