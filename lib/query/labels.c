/* --labels: the labels of a profile, with the values of the samples that have them. */
#include "query/label_values.h"
#include "query/report.h"

/* The end of the labels that have the key of the first of them. */
static size_t end_of_key(const struct label_values *l, size_t from)
{
	size_t i = from;

	while (i < l->n && l->v[i].key.i == l->v[from].key.i)
		i++;
	return i;
}

/* The sum of all labels of a key, as a share of all samples. */
static void print_key(struct query *q, const struct label_values *l, size_t from, size_t to)
{
	struct buf *b = &q->out->bytes;
	int64_t sum = 0;

	for (size_t i = from; i < to; i++)
		sum = sat_add(q->p, sum, l->v[i].weight);
	put_name(b, dict_text(q->p->dict, l->v[from].key));
	buf_add(b, S(": Total "));
	put_value(q, b, sum);
	buf_add(b, S(" of "));
	put_value(q, b, q->total);
	if (q->total) {
		buf_add(b, S(" ("));
		put_percent(b, sum, q->total);
		buf_ch(b, ')');
	}
	buf_ch(b, '\n');
}

static void print_value(struct query *q, const struct label_value *v)
{
	struct buf *b = &q->out->bytes;

	put_value_column(q, b, v->weight, 14);
	if (q->total) {
		buf_add(b, S(" ("));
		put_percent(b, v->weight, q->total);
		buf_ch(b, ')');
	}
	buf_add(b, S(": "));
	put_name(b, dict_text(q->p->dict, v->text));
	buf_ch(b, '\n');
	out_flush(q->out);
}

static void print_labels(struct query *q)
{
	struct label_values l;
	size_t to;

	label_values_init(&l, q->p, q->col, true, LABELS_BY_WEIGHT);
	q->result.found |= l.n > 0;
	for (size_t from = 0; from < l.n; from = to) {
		to = end_of_key(&l, from);
		print_key(q, &l, from, to);
		for (size_t i = from; i < to; i++)
			print_value(q, &l.v[i]);
		buf_ch(&q->out->bytes, '\n');
	}
	label_values_release(&l);
}

static const char *const labels_cells[] = { "label", "value", "weight", "percent", NULL };

static void list_labels(struct query *q, struct rows *r)
{
	struct label_values l;

	label_values_init(&l, q->p, q->col, false, LABELS_BY_WEIGHT);
	q->result.found |= l.n > 0;
	for (size_t i = 0; i < l.n; i++) {
		rows_str(r, dict_text(q->p->dict, l.v[i].key));
		rows_str(r, dict_text(q->p->dict, l.v[i].text));
		rows_int(r, l.v[i].weight);
		rows_percent(r, l.v[i].weight, q->total);
	}
	label_values_release(&l);
}

const struct report report_labels = {
	.name = "labels",
	.help = "labels, their values and the shares of those",
	.features = REPORT_HAS_LABELS | REPORT_HAS_NO_STACKS,
	.text = print_labels,
	.names = labels_cells,
	.rows = list_labels,
};
