/* conf.types: the sample types, of which the page shows one at a time. */
#include "view/html/html.h"

static void put_type(struct page *page, struct json *j, uint32_t col)
{
	const struct profile *p = page->p;
	struct view_options o = *page->o;
	bool renamed;

	o.countname = col == o.col ? o.countname : NULL;
	o.col = col;
	renamed = o.countname || o.factor != 1;
	json_begin_object(j);
	json_member_string(j, "name", dict_text(p->dict, p->col[col].type));
	json_member_string(j, "countname", view_countname(p, &o));
	svg_units(j, p, col, renamed);
	json_end_object(j);
}

static void put_conf(struct page *page, struct json *j)
{
	json_member_int64(j, "type", page->o->col);
	json_member_double(j, "factor", page->o->factor);
	json_member_double(j, "total", page->svg.flame.layout.total);
	json_member_array(j, "types");
	for (uint32_t i = 0; i < page->p->ncol; i++)
		put_type(page, j, i);
	json_end_array(j);
	if (page->o->has_ratio) {
		json_member_array(j, "ratio");
		json_put_int64(j, page->o->over);
		json_put_int64(j, page->o->under);
		json_end_array(j);
	}
}

const struct html_part html_part_types = { put_conf, NULL };
