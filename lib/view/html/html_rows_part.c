/*
 * The block "rows": column after column, with a number for each row: nodes, as differences from
 * the row before; sets of labels, slots and sides (1: base), each only if the page has any; then
 * the signed values of each type, divided by conf.rows.unit of that type.
 */
#include "view/html/html.h"

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Times are multiples of the sampling period, which is written once. */
static uint64_t unit_of(const struct html_rows *r, size_t col)
{
	uint64_t unit = 0;

	for (size_t i = 0; i < r->n && unit != 1; i++) {
		int64_t v = r->value[i * r->ncol + col];

		unit = common_divisor(v < 0 ? -(uint64_t)v : (uint64_t)v, unit);
	}
	return unit ? unit : 1;
}

static void put_keys(struct buf *b, const struct page *page)
{
	const struct html_rows *r = &page->rows;

	for (size_t i = 0; i < r->n; i++)
		html_number(b, r->row[i].node - (i ? r->row[i - 1].node : 0));
	for (size_t i = 0; i < r->n && r->nset > 1; i++)
		html_number(b, r->row[i].set);
	for (size_t i = 0; i < r->n && r->times.n; i++)
		html_number(b, r->row[i].slot);
	for (size_t i = 0; i < r->n && page->svg.flame.tree.diff; i++)
		html_number(b, r->row[i].base);
}

static void put_blocks(struct page *page)
{
	const struct html_rows *r = &page->rows;
	struct buf b = { 0 };

	put_keys(&b, page);
	for (size_t col = 0; col < r->ncol; col++) {
		int64_t unit = (int64_t)unit_of(r, col);

		for (size_t i = 0; i < r->n; i++)
			html_signed(&b, unit > 0 ? r->value[i * r->ncol + col] / unit : -1);
	}
	html_block(page, "rows", &b);
	buf_release(&b);
}

static void put_conf(struct page *page, struct json *j)
{
	const struct html_rows *r = &page->rows;

	json_member_object(j, "rows");
	json_member_int64(j, "n", (int64_t)r->n);
	json_member_bool(j, "sets", r->nset > 1);
	json_member_bool(j, "slots", r->times.n > 0);
	json_member_array(j, "unit");
	for (size_t col = 0; col < r->ncol; col++)
		json_put_double(j, (double)unit_of(r, col));
	json_end_array(j);
	json_end_object(j);
}

const struct html_part html_part_rows = { put_conf, put_blocks };
