/*
 * Sampling heap profiles of V8: what node --heap-prof and Chrome's developer tools write
 * as .heapprofile. A tree of nodes, each with the bytes that were allocated in it and are
 * still in use; V8 has scaled them up from the samples.
 *
 *	{"head": {"callFrame": {...}, "selfSize": 0, "id": 1, "children": [...]},
 *	 "samples": [{"size": 16, "nodeId": 3, "ordinal": 1}]}
 *
 * The list of samples is left out: the sizes of the nodes are its sums.
 */
#include "format/format.h"
#include "format/json/json_paths.h"
#include "format/v8/v8.h"

static void read_heap(struct json_in *j, struct v8_nodes *nodes)
{
	struct str key;
	bool found = false;

	json_enter(j, JSON_OBJECT);
	while (json_member(j, &key)) {
		if (str_eq(key, S("head"))) {
			v8_read_node(nodes, j, 0);
			found = true;
		}
	}
	if (!j->in->failed && !found)
		json_fail(j, "no heap profile of V8: it has no 'head'");
}

static void add_sizes(struct v8_nodes *nodes, struct tree_samples *t, uint32_t group)
{
	for (uint32_t i = 1; i < nodes->row.n; i++) {
		const struct v8_node *n = table_row(&nodes->row, i);

		if (n->size)
			tree_add(t, group, i, 0, 0, (struct json_decimal){ n->size });
	}
}

static void finish_heap(struct json_in *j, struct profile *p, struct v8_nodes *nodes)
{
	struct dictionary *d = p->dict;
	struct tree_samples t;
	struct v8_tree tree = { 0 };
	int64_t scale;
	uint32_t col = profile_column(p, dict_intern(d, S("inuse_space")),
				      dict_intern(d, S("bytes")), &scale);

	p->head.period_type = dict_intern(d, S("space"));
	p->head.period_unit = dict_intern(d, S("bytes"));
	tree_samples_init(&t, j, p);
	add_sizes(nodes, &t, tree_group(&t, (label_set_id){ 0 }, TREE_NO_COLUMN, col));
	if (v8_join_nodes(nodes, &tree))
		tree_finish(&t, tree.v, tree.n, NULL, 0);
	vec_release(&tree);
	tree_samples_release(&t);
}

static bool heapprofile_read(struct in *in, struct profile *p)
{
	struct v8_nodes nodes;
	struct json_in j;

	v8_nodes_init(&nodes, &j, p->dict);
	json_in_open(&j, in);
	if (json_first(&j))
		read_heap(&j, &nodes);
	if (json_finished(&j))
		finish_heap(&j, p, &nodes);
	json_in_close(&j);
	v8_nodes_release(&nodes);
	return !in->failed;
}

static int heapprofile_sniff(struct sniff *s)
{
	if (json_has(s, S("head.selfSize")) || json_has(s, S("head.callFrame")) ||
	    json_has(s, S("head.children.*.selfSize")) || json_has(s, S("samples.*.nodeId")))
		return JSON_BITS;
	return 0;
}

const struct format format_heapprofile = {
	.name = "heapprofile",
	.help = "sampling heap profiles of V8: node --heap-prof, Chrome",
	.sniff = heapprofile_sniff,
	.read = heapprofile_read,
};
