/*
 * The block "names": the names in byte order, each followed by a newline. The block "colors":
 * red, green and blue of each name, a byte each, in the same order.
 */
#include "io/escape.h"
#include "view/html/html.h"

static void put_blocks(struct page *page)
{
	const struct namelist *l = &page->svg.names;
	struct buf text = { 0 }, color = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		const struct rgb *c = &l->row[i].color;

		clean_text(&text, l->row[i].text);
		buf_ch(&text, '\n');
		buf_put(&color, (uint8_t[]){ c->r, c->g, c->b }, 3);
	}
	html_block(page, "names", &text);
	html_block(page, "colors", &color);
	buf_release(&text);
	buf_release(&color);
}

const struct html_part html_part_names = { NULL, put_blocks };
