/* --tree: stacks as a tree, callers above what they call, the largest first. */
#include "profile/tree.h"
#include "profile/unit.h"
#include "query/report.h"

/* In text. Runaway recursion would print gigabytes of blanks. */
enum { MOST_INDENT = 1000 };

/* In a differential profile values are what has been added. */
static int64_t flat(const struct tree *t, uint32_t node, struct profile *p)
{
	int64_t base = t->diff ? t->base_self[node] : 0;

	return sat_add(p, t->node[node].self, sat_mul(p, base, -1));
}

static int64_t cum(const struct tree *t, uint32_t node, struct profile *p)
{
	int64_t base = t->diff ? t->base_total[node] : 0;

	return sat_add(p, t->node[node].total, sat_mul(p, base, -1));
}

/* The node behind this one, from the root down; 0 behind the last. */
static uint32_t next(const struct tree *t, uint32_t node)
{
	if (t->node[node].first)
		return t->node[node].first;
	while (node && !t->node[node].next)
		node = t->node[node].parent;
	return t->node[node].next;
}

static double common_unit(const struct tree *t, const struct query *q)
{
	double least = 0;

	for (uint32_t i = 1; i < t->n; i++) {
		double v = (double)flat(t, i, q->p);

		v = v < 0 ? -v : v;
		if (v != 0 && (least == 0 || v < least))
			least = v;
	}
	return unit_common(least, (double)q->total, dict_text(q->p->dict, q->p->col[q->col].unit));
}

static void text(struct query *q)
{
	struct buf *b = &q->out->bytes;
	struct tree t;

	tree_build(&t, q->p, q->col, TREE_BY_TOTAL);
	q->like = common_unit(&t, q);
	put_header(q, b);
	put_shown(q, b, cum(&t, 0, q->p));
	buf_printf(b, "%10s %5s%% %10s %5s%%\n", "cum", "cum", "flat", "flat");
	for (uint32_t i = next(&t, 0); i; i = next(&t, i)) {
		put_value_column(q, b, cum(&t, i, q->p), 10);
		put_percent_column(b, cum(&t, i, q->p), q->total);
		buf_ch(b, ' ');
		put_value_column(q, b, flat(&t, i, q->p), 10);
		put_percent_column(b, flat(&t, i, q->p), q->total);
		buf_printf(b, "%*s", (int)(2 * min_size(t.node[i].depth, MOST_INDENT)), "");
		put_name(b, dict_text(q->p->dict, t.node[i].name));
		buf_ch(b, '\n');
		out_flush(q->out);
	}
	tree_release(&t);
}

static const char *const names[] = { "depth", "flat", "flat_percent", "cum", "cum_percent",
				     "name",  NULL };

static void rows(struct query *q, struct rows *r)
{
	struct tree t;

	tree_build(&t, q->p, q->col, TREE_BY_TOTAL);
	for (uint32_t i = next(&t, 0); i; i = next(&t, i)) {
		rows_int(r, t.node[i].depth);
		rows_int(r, flat(&t, i, q->p));
		rows_percent(r, flat(&t, i, q->p), q->total);
		rows_int(r, cum(&t, i, q->p));
		rows_percent(r, cum(&t, i, q->p), q->total);
		rows_str(r, dict_text(q->p->dict, t.node[i].name));
	}
	tree_release(&t);
}

const struct report report_tree = {
	.name = "tree",
	.help = "the call tree",
	.text = text,
	.names = names,
	.rows = rows,
};
