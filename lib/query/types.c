/* --types: the sample types. */
#include "profile/type.h"
#include "query/report.h"

static void print_types(struct query *q)
{
	struct buf *b = &q->out->bytes;

	for (uint32_t i = 0; i < q->p->ncol; i++) {
		const struct column *c = &q->p->col[i];

		buf_printf(b, "%u  ", i);
		put_name(b, dict_text(q->p->dict, c->type));
		buf_ch(b, '/');
		put_name(b, dict_text(q->p->dict, c->unit));
		buf_add(b, S("  "));
		type_id(q->p, i, b);
		buf_add(b, i == profile_default_column(q->p) ? S("  (default)\n") : S("\n"));
	}
}

static const char *const types_cells[] = { "index", "type", "unit", "id", "default", NULL };

static void list_types(struct query *q, struct rows *r)
{
	struct buf id = { 0 };

	for (uint32_t i = 0; i < q->p->ncol; i++) {
		id.n = 0;
		type_id(q->p, i, &id);
		rows_int(r, i);
		rows_str(r, dict_text(q->p->dict, q->p->col[i].type));
		rows_str(r, dict_text(q->p->dict, q->p->col[i].unit));
		rows_str(r, buf_str(&id));
		rows_bool(r, i == profile_default_column(q->p));
	}
	buf_release(&id);
}

const struct report report_types = {
	.name = "types",
	.help = "the sample types",
	.features = REPORT_HAS_ALL_TYPES | REPORT_HAS_NO_STACKS,
	.text = print_types,
	.names = types_cells,
	.rows = list_types,
};
