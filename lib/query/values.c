/* --values: the distinct values of one label. */
#include "query/label_values.h"
#include "query/report.h"

static void print_values(struct query *q)
{
	struct label_values l;

	label_values_init(&l, q->p, q->col, false, LABELS_BY_VALUE);
	for (size_t i = 0; i < l.n; i++) {
		if (!str_eq(dict_text(q->p->dict, l.v[i].key), q->arg.label))
			continue;
		q->result.found = true;
		put_name(&q->out->bytes, dict_text(q->p->dict, l.v[i].text));
		buf_ch(&q->out->bytes, '\n');
		out_flush(q->out);
	}
	label_values_release(&l);
}

static const char *const values_cells[] = { "value", "weight", "percent", NULL };

static void list_values(struct query *q, struct rows *r)
{
	struct label_values l;

	label_values_init(&l, q->p, q->col, false, LABELS_BY_VALUE);
	for (size_t i = 0; i < l.n; i++) {
		if (!str_eq(dict_text(q->p->dict, l.v[i].key), q->arg.label))
			continue;
		q->result.found = true;
		rows_str(r, dict_text(q->p->dict, l.v[i].text));
		rows_int(r, l.v[i].weight);
		rows_percent(r, l.v[i].weight, q->total);
	}
	label_values_release(&l);
}

const struct report report_values = {
	.name = "values",
	.help = "the values of one label",
	.argument = REPORT_LABEL,
	.features = REPORT_HAS_LABELS | REPORT_HAS_NO_STACKS,
	.text = print_values,
	.names = values_cells,
	.rows = list_values,
};
