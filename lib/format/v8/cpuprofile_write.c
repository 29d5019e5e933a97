/*
 * Writing CPU profiles as V8 does. The format has one value, a time: the default type must
 * be a time; the type samples/count, if the profile has it, gives the number of samples of a
 * row.
 *
 * A row's time is that of its samples, which follow each other: the order is that of rows,
 * not of time. Times have fractions of microseconds where that is needed to be exact.
 *
 * Lost: other types, labels, mappings, addresses, inlining, linkage names, comments.
 */
#include "format/json/json_write.h"
#include "format/one_side.h"
#include "format/v8/v8.h"
#include "profile/unit.h"

/* With more samples than this, a row becomes one sample. */
enum { MOST_SAMPLES = 1 << 20 };

struct writer {
	struct out *out;
	struct json j;
	struct profile *p;
	struct stack_tree tree;
	uint32_t col, samples;  /* samples: the column of counts, or TREE_NO_COLUMN */
	int64_t scale;          /* from values to ns */
	uint32_t *child, *next; /* by node: the first child; the next one of the same parent */
	int64_t *hits;          /* by node */
};

static uint32_t count_column(const struct profile *p)
{
	int64_t total = 0;
	uint32_t col = 0;

	while (col < p->ncol && (!str_eq(dict_text(p->dict, p->col[col].type), S("samples")) ||
				 !str_eq(dict_text(p->dict, p->col[col].unit), S("count"))))
		col++;
	if (col == p->ncol)
		return TREE_NO_COLUMN;
	for (uint32_t i = 1; i < p->sample.n; i++) {
		int64_t v = profile_value(p, col, (sample_id){ i });

		if (v < 0 || v > MOST_SAMPLES || (total += v) > MOST_SAMPLES)
			return TREE_NO_COLUMN;
	}
	return col;
}

/* The number of samples of row i. */
static int64_t row_samples(const struct writer *w, uint32_t i)
{
	int64_t v = profile_value(w->p, w->col, (sample_id){ i }), n = v ? 1 : 0;

	if (w->samples == TREE_NO_COLUMN)
		return n;
	return profile_value(w->p, w->samples, (sample_id){ i }) > n ?
		       profile_value(w->p, w->samples, (sample_id){ i }) :
		       n;
}

static uint32_t row_node(const struct writer *w, uint32_t i)
{
	return stack_tree_leaf(&w->tree, profile_sample(w->p, (sample_id){ i })->stack);
}

/* The tree */

/* Children are listed from the last to the first, so that lists begin with the first. */
static void link_children(struct writer *w)
{
	const struct tree_node *node = (const struct tree_node *)w->tree.nodes.rows;

	for (uint32_t i = w->tree.nodes.n; i-- > 1;) {
		w->next[i] = w->child[node[i].parent];
		w->child[node[i].parent] = i;
	}
	for (uint32_t i = 1; i < w->p->sample.n; i++)
		w->hits[row_node(w, i)] += row_samples(w, i);
}

static void put_call_frame(struct writer *w, loc_id id)
{
	struct dictionary *d = w->p->dict;
	struct str name = id.i ? dict_text(d, dict_frame_name(d, id)) : S("(root)");
	const struct loc *l = dict_loc(d, id);
	const struct func *f = dict_func(d, l->func);

	json_member_object(&w->j, "callFrame");
	json_member_string(&w->j, "functionName", str_eq(name, S("(anonymous)")) ? S("") : name);
	json_member_string(&w->j, "scriptId", S("0"));
	json_member_string(&w->j, "url", dict_text(d, f->file));
	json_member_int64(&w->j, "lineNumber", (int64_t)(f->line ? f->line : l->line) - 1);
	json_member_int64(&w->j, "columnNumber", (int64_t)l->column - 1);
	json_end_object(&w->j);
}

static void put_node(struct writer *w, uint32_t node)
{
	const struct tree_node *row = table_row(&w->tree.nodes, node);

	json_begin_object(&w->j);
	json_member_int64(&w->j, "id", (int64_t)node + 1);
	put_call_frame(w, (loc_id){ row->frame });
	json_member_int64(&w->j, "hitCount", w->hits[node]);
	if (w->child[node]) {
		json_member_array(&w->j, "children");
		for (uint32_t i = w->child[node]; i; i = w->next[i])
			json_put_int64(&w->j, (int64_t)i + 1);
		json_end_array(&w->j);
	}
	json_end_object(&w->j);
	out_flush(w->out);
}

/* Samples */

static void put_samples(struct writer *w)
{
	json_member_array(&w->j, "samples");
	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		for (int64_t n = row_samples(w, i); n > 0; n--)
			json_put_int64(&w->j, (int64_t)row_node(w, i) + 1);
		out_flush(w->out);
	}
	json_end_array(&w->j);
}

/* The time before a sample is that of the previous sample. Returns the total. */
static int64_t put_deltas(struct writer *w)
{
	int64_t before = 0, sum = 0;

	json_member_array(&w->j, "timeDeltas");
	for (uint32_t i = 1; i < w->p->sample.n; i++) {
		int64_t v = profile_value(w->p, w->col, (sample_id){ i }), n = row_samples(w, i),
			left = sat_mul(w->p, v, w->scale);

		for (; n > 0; n--) {
			json_put_decimal(&w->j, before, 3);
			before = left / n;
			left -= before;
			sum = sat_add(w->p, sum, before);
		}
		out_flush(w->out);
	}
	json_end_array(&w->j);
	return sum;
}

static void put_cpu_profile(struct writer *w)
{
	int64_t ns;

	json_begin_object(&w->j);
	json_member_array(&w->j, "nodes");
	for (uint32_t i = 0; i < w->tree.nodes.n; i++)
		put_node(w, i);
	json_end_array(&w->j);
	json_member_int64(&w->j, "startTime", 0);
	put_samples(w);
	ns = put_deltas(w);
	json_key(&w->j, "endTime");
	json_put_decimal(&w->j, ns, 3);
	json_end_object(&w->j);
	buf_ch(&w->out->bytes, '\n');
}

/* Is the type a time that only grows? */
static bool check_type(struct writer *w)
{
	struct str unit = dict_text(w->p->dict, w->p->col[w->col].unit);

	w->scale = unit_ratio(unit, S("nanoseconds"));
	if (!w->scale)
		return out_fail(w->out,
				"a .cpuprofile holds times, and '%.*s' is none: choose "
				"another type with --type",
				STR_ARG(dict_text(w->p->dict, w->p->col[w->col].type)));
	return true;
}

void cpuprofile_write(struct out *out, struct profile *p)
{
	struct writer w = { .out = out, .j = { .b = &out->bytes }, .p = p };
	size_t n;

	if (!p->ncol)
		return;
	w.col = profile_default_column(p);
	if (!write_counts(out, p, w.col, "a .cpuprofile"))
		return;
	w.samples = count_column(p);
	if (!check_type(&w))
		return;
	stack_tree_init(&w.tree, p);
	n = w.tree.nodes.n;
	w.child = mem_zeroed(n, sizeof(*w.child));
	w.next = mem_zeroed(n, sizeof(*w.next));
	w.hits = mem_zeroed(n, sizeof(*w.hits));
	link_children(&w);
	put_cpu_profile(&w);
	mem_free(w.child, n * sizeof(*w.child));
	mem_free(w.next, n * sizeof(*w.next));
	mem_free(w.hits, n * sizeof(*w.hits));
	stack_tree_release(&w.tree);
}
