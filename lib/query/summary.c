/* --summary: a profile on one screen. */
#include "profile/type.h"
#include "profile/unit.h"
#include "query/label_values.h"
#include "query/source/function_lines.h"

enum { TOP = 5 };

/* The fields of the summary, as text or as rows. */
struct summary {
	struct query *q;
	struct rows *rows; /* NULL: as text */
	struct buf value;  /* the current value */
};

/* Add the current value under that name. */
static void add_field(struct summary *w, const char *name)
{
	if (w->rows) {
		rows_str(w->rows, str_of(name));
		rows_str(w->rows, buf_str(&w->value));
	} else {
		buf_printf(&w->q->out->bytes, "%-10s ", name);
		put_name(&w->q->out->bytes, buf_str(&w->value));
		buf_ch(&w->q->out->bytes, '\n');
	}
	w->value.n = 0;
}

static void add_text(struct summary *w, const char *name, struct str text)
{
	if (!text.n)
		return;
	buf_add(&w->value, text);
	add_field(w, name);
}

static void add_number(struct summary *w, const char *name, uint64_t v)
{
	buf_u64(&w->value, v);
	add_field(w, name);
}

/* Facts about the profile */

static void add_types(struct summary *w)
{
	const struct profile *p = w->q->p;

	for (uint32_t i = 0; i < p->ncol; i++) {
		type_id(p, i, &w->value);
		add_field(w, "type");
	}
}

static void add_time(struct summary *w, const char *name, int64_t ns)
{
	if (!ns)
		return;
	if (w->rows)
		buf_i64(&w->value, ns);
	else
		put_time(&w->value, ns);
	add_field(w, name);
}

static void add_header(struct summary *w)
{
	struct profile *p = w->q->p;
	const struct header *h = &p->head;
	const struct mapping *main_binary = dict_mapping(p->dict, profile_main_map(p));

	add_text(w, "file", dict_text(p->dict, main_binary->file));
	add_text(w, "build id", dict_text(p->dict, main_binary->build_id));
	add_types(w);
	add_time(w, "from", h->time);
	if (h->time && h->duration)
		add_time(w, "to", profile_end(h));
	if (h->duration && w->rows)
		buf_i64(&w->value, h->duration);
	else if (h->duration)
		unit_print(&w->value, (double)h->duration, S("nanoseconds"));
	if (h->duration)
		add_field(w, "duration");
	for (size_t i = 0; i < profile_ncomment(p); i++)
		add_text(w, "comment", dict_text(p->dict, profile_comment(p, i)));
}

/* Amounts */

static void add_total(struct summary *w)
{
	const struct profile *p = w->q->p;

	if (w->rows) {
		buf_i64(&w->value, w->q->total);
	} else {
		put_value(w->q, &w->value, w->q->total);
		buf_add(&w->value, S(" of "));
		buf_add(&w->value, dict_text(p->dict, p->col[w->q->col].type));
	}
	add_field(w, "total");
}

/* The numbers of distinct rows that samples refer to. */
struct counts {
	uint64_t stacks, mappings, depth;
	uint8_t *stack_seen, *mapping_seen;
};

static void count_stack(struct counts *c, const struct profile *p, stack_id stack)
{
	size_t n;
	const loc_id *frame = dict_frames(p->dict, stack, &n);

	c->stacks++;
	c->depth = max_size(c->depth, n);
	for (size_t i = 0; i < n; i++) {
		uint32_t map = dict_loc(p->dict, frame[i])->map.i;

		c->mappings += map && !c->mapping_seen[map];
		c->mapping_seen[map] = 1;
	}
}

static void add_sizes(struct summary *w)
{
	const struct profile *p = w->q->p;
	struct counts c = { .stack_seen = mem_zeroed(p->dict->stack.n, 1),
			    .mapping_seen = mem_zeroed(p->dict->mapping.n, 1) };

	for (uint32_t i = 1; i < p->sample.n; i++) {
		stack_id stack = profile_sample(p, (sample_id){ i })->stack;

		if (!c.stack_seen[stack.i])
			count_stack(&c, p, stack);
		c.stack_seen[stack.i] = 1;
	}
	mem_free(c.stack_seen, p->dict->stack.n);
	mem_free(c.mapping_seen, p->dict->mapping.n);
	add_total(w);
	add_number(w, "samples", p->sample.n - 1);
	add_number(w, "stacks", c.stacks);
	add_number(w, "depth", c.depth);
	add_number(w, "mappings", c.mappings);
}

/* "pid (2 values)" for each key. */
static void add_labels(struct summary *w)
{
	struct label_values l;

	label_values_init(&l, w->q->p, w->q->col, false, LABELS_BY_VALUE);
	for (size_t i = 0, n; i < l.n; i += n) {
		for (n = 1; i + n < l.n && l.v[i + n].key.i == l.v[i].key.i; n++)
			;
		buf_add(&w->value, dict_text(w->q->p->dict, l.v[i].key));
		buf_printf(&w->value, n == 1 ? " (1 value)" : " (%zu values)", n);
		add_field(w, "label");
	}
	label_values_release(&l);
}

static void add_functions(struct summary *w)
{
	struct functions f;

	w->q->arg.limit = TOP;
	functions_init(&f, w->q, GRAPH_NO_EDGES);
	add_number(w, "functions", f.order.n);
	for (size_t i = 0; i < f.shown; i++) {
		const struct graph_node *node = graph_node(&f.graph, f.order.v[i]);
		int64_t v = w->q->arg.order == GRAPH_BY_CUM ? node->cum : node->flat;

		if (!v)
			break;
		put_percent(&w->value, v, w->q->total);
		buf_ch(&w->value, ' ');
		buf_add(&w->value, dict_text(w->q->p->dict, node->name));
		add_field(w, "top");
	}
	functions_release(&f);
}

static void list_summary(struct query *q, struct rows *r)
{
	struct summary w = { .q = q, .rows = r };

	add_header(&w);
	add_sizes(&w);
	add_labels(&w);
	add_functions(&w);
	buf_release(&w.value);
}

static void print_summary(struct query *q)
{
	list_summary(q, NULL);
}

static const char *const summary_cells[] = { "field", "value", NULL };

const struct report report_summary = {
	.name = "summary",
	.help = "the profile on one screen",
	.features = REPORT_HAS_ALL_TYPES | REPORT_HAS_LABELS,
	.text = print_summary,
	.names = summary_cells,
	.rows = list_summary,
};
