/* --traces: every sample with its labels and its stack. */
#include <stdlib.h>

#include "query/report.h"

/* A sample's labels, those of one key together, texts before numbers. */

static int by_key(const void *a, const void *b)
{
	const struct label *const *x = a, *const *y = b;

	if ((*x)->is_num != (*y)->is_num)
		return (*x)->is_num ? 1 : -1;
	if ((*x)->key.i != (*y)->key.i)
		return (*x)->key.i < (*y)->key.i ? -1 : 1;
	return (*x > *y) - (*x < *y); /* pointers to rows of one table: in order of appearance */
}

/* Append the labels to `list`, as const struct label *. */
static size_t list_labels(const struct profile *p, label_set_id set, struct buf *list)
{
	size_t n;

	list->n = 0;
	for (; set.i; set = dict_label_set(p->dict, set)->rest) {
		const struct label *l = dict_label(p->dict, dict_label_set(p->dict, set)->label);

		buf_put(list, &l, sizeof(l));
	}
	n = BUF_COUNT(list, const struct label *);
	if (n)
		qsort(list->p, n, sizeof(const struct label *), by_key);
	return n;
}

static bool same_key(const struct label *a, const struct label *b)
{
	return a->key.i == b->key.i && a->is_num == b->is_num;
}

/* Text */

struct line {
	struct str text;
	uint32_t is_num;
};

static int by_text(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return x->is_num != y->is_num ? (x->is_num ? 1 : -1) : str_cmp(x->text, y->text);
}

/* A line for each key, with all its values; `text` holds the lines' bytes. */
static size_t make_lines(const struct profile *p, const struct label *const *l, size_t n,
			 struct line *lines, struct buf *text)
{
	size_t nline = 0, from = 0;

	for (size_t i = 0; i < n; i++) {
		if (i && same_key(l[i], l[i - 1])) {
			buf_ch(text, ' ');
		} else {
			buf_printf(text, "%10.*s:  ", STR_ARG(dict_text(p->dict, l[i]->key)));
			lines[nline++].is_num = l[i]->is_num;
		}
		put_label(text, p, l[i]);
		lines[nline - 1].text.n = text->n; /* where it ends */
	}
	for (size_t i = 0; i < nline; i++) {
		size_t end = lines[i].text.n;

		lines[i].text = str(text->p + from, end - from);
		from = end;
	}
	return nline;
}

static void print_labels(struct query *q, const struct label *const *l, size_t n)
{
	struct buf text = { 0 };
	struct line *lines = mem_zeroed(n, sizeof(*lines));
	size_t nline = make_lines(q->p, l, n, lines, &text);

	qsort(lines, nline, sizeof(*lines), by_text);
	for (size_t i = 0; i < nline; i++) {
		put_name(&q->out->bytes, lines[i].text);
		buf_ch(&q->out->bytes, '\n');
	}
	mem_free(lines, n * sizeof(*lines));
	buf_release(&text);
}

#define LINE "-----------+-------------------------------------------------------\n"

/* Print the value beside the leaf, and the callers below. */
static void print_stack(struct query *q, stack_id stack, int64_t value)
{
	struct buf *b = &q->out->bytes;
	size_t n;

	dict_frames(q->p->dict, stack, &n);
	for (size_t i = n; i-- > 0;) {
		loc_id loc = dict_frames(q->p->dict, stack, &n)[i];

		if (i + 1 == n)
			put_value_column(q, b, value, 10);
		else
			buf_printf(b, "%10s", "");
		buf_add(b, S("   "));
		put_last_name(q, b, dict_text(q->p->dict, dict_frame_name(q->p->dict, loc)),
			      dict_loc(q->p->dict, loc)->flags & LOC_INLINED ? S(" (inline)") :
									       S(""));
		buf_ch(b, '\n');
	}
}

static void print_traces(struct query *q)
{
	struct buf labels = { 0 };

	put_header(q, &q->out->bytes);
	for (uint32_t i = 1; i < q->p->sample.n; i++) {
		struct sample s = *profile_sample(q->p, (sample_id){ i });
		size_t n = list_labels(q->p, s.labels, &labels);

		buf_add(&q->out->bytes, S(LINE));
		print_labels(q, (const struct label *const *)labels.p, n);
		print_stack(q, s.stack, profile_value(q->p, q->col, (sample_id){ i }));
		out_flush(q->out);
	}
	buf_add(&q->out->bytes, S(LINE));
	buf_release(&labels);
}

/* Rows */

static const char *const traces_cells[] = { "value", "labels", "stack", NULL };

static int by_bytes(const void *a, const void *b)
{
	const struct str *x = a, *y = b;

	return str_cmp(*x, *y);
}

/* Add "key=value" for each label, sorted, so that equal sets of labels print alike. */
static void add_labels(struct query *q, struct rows *r, const struct label *const *l, size_t n)
{
	struct buf text = { 0 };
	struct str *items = mem_zeroed(n, sizeof(*items));

	for (size_t i = 0; i < n; i++) {
		text.n = 0;
		buf_add(&text, dict_text(q->p->dict, l[i]->key));
		buf_ch(&text, '=');
		if (l[i]->is_num)
			buf_i64(&text, l[i]->num);
		else
			buf_add(&text, dict_text(q->p->dict, l[i]->str));
		items[i] = dict_text(q->p->dict, dict_intern(q->p->dict, buf_str(&text)));
	}
	if (n)
		qsort(items, n, sizeof(*items), by_bytes);
	rows_list(r, items, n);
	mem_free(items, n * sizeof(*items));
	buf_release(&text);
}

/* Append the frames, the root first. */
static void add_stack(struct query *q, struct rows *r, stack_id stack)
{
	size_t n;
	const loc_id *frame = dict_frames(q->p->dict, stack, &n);
	struct str *items = mem_zeroed(n, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = dict_text(q->p->dict, dict_frame_name(q->p->dict, frame[i]));
	rows_list(r, items, n);
	mem_free(items, n * sizeof(*items));
}

static void list_traces(struct query *q, struct rows *r)
{
	struct buf labels = { 0 };

	for (uint32_t i = 1; i < q->p->sample.n; i++) {
		struct sample s = *profile_sample(q->p, (sample_id){ i });
		size_t n = list_labels(q->p, s.labels, &labels);

		rows_int(r, profile_value(q->p, q->col, (sample_id){ i }));
		add_labels(q, r, (const struct label *const *)labels.p, n);
		add_stack(q, r, s.stack);
	}
	buf_release(&labels);
}

const struct report report_traces = {
	.name = "traces",
	.help = "every sample with its labels and its stack",
	.features = REPORT_HAS_LABELS,
	.text = print_traces,
	.names = traces_cells,
	.rows = list_traces,
};
