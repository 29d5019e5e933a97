#include "compare/items.h"

#include "compare/item_name.h"

static uint32_t add_item(struct items *t, str_id name, uint32_t parent)
{
	size_t was = t->cap;

	t->item = mem_grow(t->item, &t->cap, (size_t)t->n + 1, sizeof(*t->item));
	if (t->cap != was)
		t->parent = mem_resize(t->parent, was * sizeof(*t->parent),
				       t->cap * sizeof(*t->parent));
	t->item[t->n] = (struct item){ .name = name };
	t->parent[t->n] = parent;
	return t->n++;
}

/* Mark the locations in stacks of these runs; the others have no item. */
static uint8_t *used_locs(const struct profile *p, const struct matrix *m)
{
	uint8_t *used = mem_zeroed(p->dict->loc.n, 1);

	for (uint32_t i = 1; i < m->nstack; i++) {
		size_t n;
		const loc_id *frame = dict_frames(p->dict, (stack_id){ i }, &n);

		for (size_t j = 0; matrix_has(m, i) && j < n; j++)
			used[frame[j].i] = 1;
	}
	return used;
}

/* Find the item of each frame; location 0 stands for a stack without frames. */
static void name_frames(struct items *t, const struct matrix *m, const struct options *o)
{
	struct profile *p = t->p;
	struct table names;
	uint8_t *used = used_locs(p, m);

	table_init(&names, 16, 8);
	t->of_loc = mem_zeroed(p->dict->loc.n, sizeof(*t->of_loc));
	used[0] = 1;
	for (uint32_t i = 0; i < p->dict->loc.n; i++) {
		str_id name;
		uint32_t row, known = names.n;
		uint64_t *item;

		if (!used[i])
			continue;
		name = i ? item_name(p, (loc_id){ i }, o) : dict_intern(p->dict, S("[unknown]"));
		row = table_intern(&names, (uint64_t[2]){ name.i });
		item = table_row(&names, row);
		if (row == known)
			item[1] = add_item(t, name, 0);
		t->of_loc[i] = (uint32_t)item[1];
	}
	mem_free(used, p->dict->loc.n);
	table_release(&names);
}

/* Paths: a node is a function below a node. */

struct node {
	uint32_t parent, function;
	uint64_t item;
};

static uint32_t child_item(struct items *t, struct table *nodes, uint32_t parent, uint32_t function)
{
	uint32_t known = nodes->n;
	uint32_t row = table_intern(nodes, &(struct node){ parent, function, 0 });
	struct node *node = table_row(nodes, row);

	if (row == known)
		node->item = add_item(t, t->item[function].name, parent);
	return (uint32_t)node->item;
}

static void find_paths(struct items *t, const struct matrix *m)
{
	struct table nodes;

	table_init(&nodes, sizeof(struct node), offsetof(struct node, item));
	t->leaf = mem_zeroed(m->nstack, sizeof(*t->leaf));
	for (uint32_t i = 0; i < m->nstack; i++) {
		size_t n;
		const loc_id *frame = dict_frames(t->p->dict, (stack_id){ i }, &n);
		uint32_t at = n ? 0 : child_item(t, &nodes, 0, t->of_loc[0]);

		if (!matrix_has(m, i))
			continue;
		for (size_t j = 0; j < n; j++)
			at = child_item(t, &nodes, at, t->of_loc[frame[j].i]);
		t->leaf[i] = at;
	}
	table_release(&nodes);
}

/* Find each item's frame that is the leaf of most samples or, without any, in most samples. */
static void find_places(struct items *t, const struct matrix *m)
{
	size_t nloc = t->p->dict->loc.n;
	double *weight = mem_zeroed(nloc, sizeof(*weight)), *best;

	for (uint32_t i = 1; i < m->nstack; i++) {
		size_t n;
		const loc_id *frame = dict_frames(t->p->dict, (stack_id){ i }, &n);
		double x = matrix_sum(m, i);

		for (size_t j = 0; x > 0 && j < n; j++)
			weight[frame[j].i] += j + 1 < n ? x * 1e-9 : x;
	}
	best = mem_zeroed(t->n, sizeof(*best));
	for (uint32_t i = 1; i < nloc; i++) {
		uint32_t item = t->of_loc[i];

		if (weight[i] <= best[item])
			continue;
		best[item] = weight[i];
		t->item[item].where.i = i;
	}
	mem_free(best, t->n * sizeof(*best));
	mem_free(weight, nloc * sizeof(*weight));
}

/* Paths have the place and the flags of their functions. */
static void mark_functions(struct items *t, const struct options *o, uint32_t nfunction)
{
	for (uint32_t i = 1; i < nfunction; i++) {
		struct item *item = &t->item[i];
		struct str name = dict_text(t->p->dict, item->name);
		uint32_t line;
		struct str file = items_file(t, i, &line);

		item->ignored = o->ignore && o->ignore(o->ignore_arg, name);
		item->changed = o->changed && (o->changed(o->changed_arg, name) ||
					       (file.n && o->changed(o->changed_arg, file)));
	}
}

/* Items below `nfunction` are functions, the others nodes of the tree. */
static void mark_paths(struct items *t, const struct matrix *m, uint32_t nfunction)
{
	for (uint32_t i = 0; i < m->nstack; i++) {
		size_t n;
		const loc_id *frame = dict_frames(t->p->dict, (stack_id){ i }, &n);
		uint32_t at = t->leaf[i];

		for (; at >= nfunction && n--; at = t->parent[at]) {
			str_id name = t->item[at].name;

			t->item[at] = t->item[t->of_loc[frame[n].i]];
			t->item[at].name = name;
		}
	}
}

void items_init(struct items *t, struct profile *p, const struct matrix *m, const struct options *o)
{
	uint32_t nfunction;

	*t = (struct items){ .p = p, .by = o->by, .root = o->root };
	t->nloc = p->dict->loc.n;
	t->nstack = m->nstack;
	add_item(t, (str_id){ 0 }, 0);
	name_frames(t, m, o);
	find_places(t, m);
	nfunction = t->n;
	mark_functions(t, o, nfunction);
	if (o->by == BY_PATH) {
		find_paths(t, m);
		mark_paths(t, m, nfunction);
	}
	t->seen = mem_zeroed(t->n, sizeof(*t->seen));
}

void items_release(struct items *t)
{
	mem_free(t->of_loc, t->nloc * sizeof(*t->of_loc));
	mem_free(t->leaf, t->leaf ? t->nstack * sizeof(*t->leaf) : 0);
	mem_free(t->seen, t->n * sizeof(*t->seen));
	mem_free(t->item, t->cap * sizeof(*t->item));
	mem_free(t->parent, t->cap * sizeof(*t->parent));
	buf_release(&t->list);
	*t = (struct items){ 0 };
}

static void list_path(struct items *t, uint32_t stack)
{
	for (uint32_t at = t->leaf[stack]; at; at = t->parent[at])
		buf_put(&t->list, &at, sizeof(at));
}

static void list_once(struct items *t, uint32_t item)
{
	if (t->seen[item] == t->look)
		return;
	t->seen[item] = t->look;
	buf_put(&t->list, &item, sizeof(item));
}

const uint32_t *items_of(struct items *t, uint32_t stack, size_t *n)
{
	size_t nframe;
	const loc_id *frame = dict_frames(t->p->dict, (stack_id){ stack }, &nframe);

	t->list.n = 0;
	t->look++;
	if (t->leaf)
		list_path(t, stack);
	else if (!nframe)
		list_once(t, t->of_loc[0]);
	else
		while (nframe--)
			list_once(t, t->of_loc[frame[nframe].i]);
	*n = BUF_COUNT(&t->list, uint32_t);
	return (const uint32_t *)t->list.p;
}

void items_name(const struct items *t, uint32_t item, struct buf *name)
{
	if (t->leaf && t->parent[item]) {
		items_name(t, t->parent[item], name);
		buf_ch(name, ';');
	}
	buf_add(name, dict_text(t->p->dict, t->item[item].name));
}

struct str items_file(const struct items *t, uint32_t item, uint32_t *line)
{
	const struct loc *l = dict_loc(t->p->dict, t->item[item].where);
	const struct func *f = dict_func(t->p->dict, l->func);

	*line = f->line ? f->line : l->line;
	return dict_text(t->p->dict, f->file);
}

static bool is_below_root(const struct items *t, struct str file)
{
	return t->root.n && file.n > t->root.n + 1 && str_starts(file, t->root) &&
	       file.p[t->root.n] == '/';
}

bool items_is_own(const struct items *t, uint32_t item)
{
	uint32_t line;
	struct str file = items_file(t, item, &line);

	return is_below_root(t, file) ||
	       (file.n && file.p[0] != '/' && file.p[0] != '<' && !str_starts(file, S("./")) &&
		str_find(file, S("../")) < 0);
}

struct str items_file_from_root(const struct items *t, struct str file)
{
	return is_below_root(t, file) ? str_skip(file, t->root.n + 1) : file;
}
