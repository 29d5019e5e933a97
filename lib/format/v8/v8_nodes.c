/*
 * The tree of call nodes.
 *
 * "(root)" is not a frame. "(idle)", "(program)" and "(garbage collector)" are nodes below
 * the root, and remain frames. A function without a name is "(anonymous)".
 */
#include "format/v8/v8.h"

enum { DEEPEST = 2000 }; /* V8's own stacks end at 256 frames */

/* The members of a node object that were read so far. */
struct node_draft {
	struct json_in *j;
	str_id name, url;
	int64_t line, column;
	uint64_t id;
	bool has_id;
	uint32_t row; /* if it was assigned early, else 0 */
	struct v8_node node;
};

void v8_nodes_init(struct v8_nodes *n, struct json_in *j, struct dictionary *d)
{
	*n = (struct v8_nodes){ .j = j, .dict = d };
	table_init(&n->row, sizeof(struct v8_node), 8);
}

void v8_nodes_release(struct v8_nodes *n)
{
	table_release(&n->row);
	vec_release(&n->edges);
}

uint32_t v8_node_row(struct v8_nodes *n, uint64_t id)
{
	struct v8_node key = { .id = id + 1 };

	return table_intern(&n->row, &key);
}

/* -1 (unknown) becomes 0, and 0 the first line. */
static int64_t from_one(struct json_in *j)
{
	int64_t v;

	return json_is_i64(j, &v) && v >= 0 && v < UINT32_MAX - 1 ? v + 1 : 0;
}

/* A member of "callFrame", which in the older form is one of the node. */
static void read_frame_member(struct v8_nodes *n, struct node_draft *d, struct str key)
{
	if (str_eq(key, S("functionName")))
		d->name = dict_intern(n->dict, json_string(d->j));
	else if (str_eq(key, S("url")))
		d->url = dict_intern(n->dict, json_string(d->j));
	else if (str_eq(key, S("lineNumber")))
		d->line = from_one(d->j);
	else if (str_eq(key, S("columnNumber")))
		d->column = from_one(d->j);
}

static void read_call_frame(struct v8_nodes *n, struct node_draft *d)
{
	struct str key;

	json_enter(d->j, JSON_OBJECT);
	while (json_member(d->j, &key))
		read_frame_member(n, d, key);
}

static uint32_t frame_location(struct v8_nodes *n, const struct node_draft *d)
{
	struct str name = dict_text(n->dict, d->name);
	struct loc row = { .line = (uint32_t)d->line, .column = (uint32_t)d->column };

	if (str_eq(name, S("(root)")))
		return 0;
	row.func = dict_add_func(
		n->dict,
		(struct func){ .name = name.n ? d->name : dict_intern(n->dict, S("(anonymous)")),
			       .file = d->url,
			       .line = (uint32_t)d->line });
	return dict_add_loc(n->dict, row).i;
}

/* The node's row, before its id is known. */
static uint32_t early_row(struct v8_nodes *n, struct node_draft *d)
{
	if (!d->row)
		d->row = table_append(&n->row, &(struct v8_node){ 0 });
	return d->row;
}

static void read_children(struct v8_nodes *n, struct node_draft *d)
{
	if (d->j->kind == JSON_NULL)
		return;
	json_enter(d->j, JSON_ARRAY);
	while (json_element(d->j)) {
		uint32_t parent = early_row(n, d);

		if (d->j->kind == JSON_OBJECT)
			v8_read_node(n, d->j, parent);
		else
			vec_push(&n->edges, { parent, v8_node_row(n, json_u64(d->j)) });
	}
}

static void read_node_member(struct v8_nodes *n, struct node_draft *d, struct str key)
{
	struct json_in *j = d->j;

	if (str_eq(key, S("id"))) {
		d->id = json_u64(j);
		d->has_id = true;
	} else if (str_eq(key, S("callFrame"))) {
		read_call_frame(n, d);
	} else if (str_eq(key, S("hitCount"))) {
		d->node.hits = json_i64(j);
	} else if (str_eq(key, S("selfSize"))) {
		d->node.size = json_i64(j);
	} else if (str_eq(key, S("parent")) && j->kind != JSON_NULL) {
		d->node.parent = v8_node_row(n, json_u64(j));
	} else if (str_eq(key, S("children"))) {
		read_children(n, d);
	} else {
		read_frame_member(n, d, key);
	}
}

/* The row of the finished node. Its id may already have a row, if others referred to it. */
static bool choose_row(struct v8_nodes *n, struct node_draft *d)
{
	struct v8_node key = { .id = d->id + 1 }, *known;
	uint32_t row = d->has_id ? table_find(&n->row, &key) : 0;

	known = table_row(&n->row, row);
	if (row && (known->defined || known->same))
		return json_fail(d->j, "two nodes have the id %llu", (unsigned long long)d->id);
	if (!row && d->has_id && !d->row)
		row = table_add(&n->row, &key);
	if (row && d->row) {
		known->same = d->row;
	} else if (d->row && d->has_id) {
		((struct v8_node *)table_row(&n->row, d->row))->id = key.id;
		table_enter(&n->row, d->row);
	}
	d->row = d->row ? d->row : row ? row : early_row(n, d);
	return true;
}

void v8_read_node(struct v8_nodes *n, struct json_in *j, uint32_t parent)
{
	struct node_draft d = { .j = j, .node = { .parent = parent, .defined = 1 } };
	struct str key;
	struct v8_node *to;

	if (j->depth > DEEPEST) {
		json_fail(j, "the nodes are nested too deeply");
		return;
	}
	json_enter(j, JSON_OBJECT);
	while (json_member(j, &key))
		read_node_member(n, &d, key);
	if (j->in->failed || !choose_row(n, &d))
		return;
	d.node.loc = frame_location(n, &d);
	to = table_row(&n->row, d.row);
	d.node.id = to->id;
	*to = d.node;
	n->has_hits |= d.node.hits > 0;
}

/* The row in `to` of a node that has an id in `from`; 0 for none. */
static uint32_t same_node(struct v8_nodes *to, const struct v8_nodes *from, uint32_t row)
{
	const struct v8_node *node = table_row(&from->row, row);

	return node->id ? v8_node_row(to, node->id - 1) : 0;
}

void v8_merge_nodes(struct v8_nodes *to, const struct v8_nodes *from)
{
	for (uint32_t i = 1; i < from->row.n; i++) {
		struct v8_node node = *(const struct v8_node *)table_row(&from->row, i), *known;
		uint32_t row = same_node(to, from, i);

		if (!node.defined || !row)
			continue;
		node.parent = same_node(to, from, node.parent);
		node.same = 0;
		known = table_row(&to->row, row);
		if (!known->defined)
			*known = node;
	}
	for (size_t i = 0; i < from->edges.n; i++)
		vec_push(&to->edges, { same_node(to, from, from->edges.v[i].parent),
				       same_node(to, from, from->edges.v[i].child) });
}

static bool missing_node(struct v8_nodes *n, const struct v8_node *row)
{
	return json_fail(n->j, "node %llu is named, but not there",
			 (unsigned long long)row->id - 1);
}

/* The row with the data of a node. */
static uint32_t real_row(const struct v8_nodes *n, uint32_t row)
{
	const struct v8_node *node = table_row(&n->row, row);

	return node->same ? node->same : row;
}

static void join_edges(struct v8_nodes *n)
{
	for (size_t i = 0; i < n->edges.n; i++) {
		struct v8_node *child = table_row(&n->row, real_row(n, n->edges.v[i].child));

		if (!child->parent)
			child->parent = n->edges.v[i].parent;
	}
}

bool v8_join_nodes(struct v8_nodes *n, struct v8_tree *tree)
{
	join_edges(n);
	vec_append_zeroed(tree, n->row.n);
	for (uint32_t i = 1; i < n->row.n; i++) {
		const struct v8_node *row = table_row(&n->row, i),
				     *real = table_row(&n->row, real_row(n, i));

		if (!real->defined)
			return missing_node(n, row);
		tree->v[i] = (struct tree_node){ real_row(n, real->parent), real->loc };
	}
	return true;
}
