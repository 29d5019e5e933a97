/*
 * The block "tree": for each node but the root, in the tree's order, the number of levels from
 * the node before it up to its parent; then, for each node, the number of its name or, with
 * source lines, of its place.
 */
#include "view/html/html.h"

static uint32_t number_of_name(const struct page *page, str_id name)
{
	return page->o->source ? page->places.of[name.i] : namelist_rank(&page->svg.names, name);
}

static void put_blocks(struct page *page)
{
	const struct tree *t = page->tree;
	uint32_t depth = 0, before = 0;
	struct buf b = { 0 };

	for (uint32_t i = tree_next(t, 0, &depth); i; i = tree_next(t, i, &depth)) {
		html_number(&b, before + 1 - depth);
		before = depth;
	}
	for (uint32_t i = tree_next(t, 0, &depth); i; i = tree_next(t, i, &depth))
		html_number(&b, number_of_name(page, t->node[i].name));
	html_block(page, "tree", &b);
	buf_release(&b);
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
