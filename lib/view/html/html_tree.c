/*
 * The block "tree": for each node but the root, in the tree's order, the number of levels from
 * the node before it up to its parent; then, for each node, the number of its name or, with
 * source lines, of its place.
 */
#include "view/html/html.h"

static uint32_t number_of_name(const struct page *page, str_id name)
{
	return page->tree == &page->by_line ? page->places.of[name.i] :
					      namelist_rank(&page->svg.names, name);
}

static void put_blocks(struct page *page)
{
	struct buf ups = { 0 }, names = { 0 };
	uint32_t depth = 0, before = 0;

	for (uint32_t i = tree_next(page->tree, 0, &depth); i;
	     i = tree_next(page->tree, i, &depth)) {
		html_number(&ups, before + 1 - depth);
		html_number(&names, number_of_name(page, page->tree->node[i].name));
		before = depth;
	}
	buf_put(&ups, names.p, names.n);
	html_block(page, "tree", &ups);
	buf_release(&names);
	buf_release(&ups);
}

static void put_conf(struct page *page, struct json *j)
{
	static const char *const orders[] = { "name", "width", "none", "time" };

	json_member_int64(j, "nodes", page->tree->n);
	json_member_string(j, "order", str_of(orders[page->o->order]));
	json_member_bool(j, "inverted", page->o->inverted);
	json_member_double(j, "height", page->o->height);
	json_member_double(j, "fontsize", page->o->fontsize);
}

const struct html_part html_part_tree = { put_conf, put_blocks };
