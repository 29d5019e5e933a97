#include "analyze/graph.h"

#include <stdlib.h>

#include "analyze/sum.h"
#include "base/relay.h"

/* Nodes */

/* The node of a location's frames. */
static uint32_t find_location_node(struct graph *g, loc_id id)
{
	struct graph_node key = { .name = frame_name(g->names, id) };
	const struct loc *l = dict_loc(g->p->dict, id);
	const struct func *f = dict_func(g->p->dict, l->func);

	if (!f->name.i && !f->linkage.i)
		key.file = dict_mapping(g->p->dict, l->map)->file;
	return table_intern(&g->node, &key);
}

static void find_location_nodes(struct graph *g, enum graph_edges which)
{
	g->nloc = g->p->dict->loc.n;
	g->node_of = mem_zeroed(g->nloc, sizeof(*g->node_of));
	for (uint32_t i = 1; i < g->nloc; i++)
		g->node_of[i] = find_location_node(g, (loc_id){ i });
	g->nnode = g->node.n;
	g->wants_edges = mem_zeroed(g->nnode, 1);
	for (uint32_t i = 1; i < g->nloc && which != GRAPH_NO_EDGES; i++)
		if (which == GRAPH_ALL_EDGES ||
		    dict_loc(g->p->dict, (loc_id){ i })->flags & LOC_INLINED)
			g->wants_edges[g->node_of[i]] = 1;
}

struct named {
	struct str name;
	uint32_t node;
};

static int compare_names(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int d = str_cmp(x->name, y->name);

	return d ? d : (x->node > y->node) - (x->node < y->node);
}

static void rank_nodes(struct graph *g)
{
	struct named *list = mem_zeroed(g->nnode, sizeof(*list));

	for (uint32_t i = 1; i < g->nnode; i++)
		list[i] = (struct named){ dict_text(g->p->dict, graph_node(g, i)->name), i };
	qsort(list + 1, g->nnode - 1, sizeof(*list), compare_names);
	for (uint32_t i = 1; i < g->nnode; i++)
		graph_node(g, list[i].node)->rank = i - 1;
	mem_free(list, g->nnode * sizeof(*list));
}

/* Values */

enum { CALL_INLINED = 1, CALL_RESIDUAL = 2 };

static void add_call(struct graph *g, uint32_t caller, uint32_t callee, uint32_t how, int64_t v)
{
	struct graph_edge key = { .caller = caller, .callee = callee };
	struct graph_edge *edge = graph_edge(g, table_intern(&g->edge, &key));

	if (edge->serial == g->serial)
		return;
	edge->serial = g->serial;
	edge->called |= !(how & CALL_INLINED);
	edge->residual |= (how & CALL_RESIDUAL) != 0;
	edge->weight = sum_add(edge->weight, v, &g->saturated);
}

static uint32_t how_called(const struct graph *g, loc_id callee)
{
	return dict_loc(g->p->dict, callee)->flags & LOC_INLINED ? CALL_INLINED : 0;
}

/* The hot loop: it runs for every frame of every stack. */
static void add_stack(struct graph *g, stack_id stack, int64_t v)
{
	struct graph_node *node = graph_node(g, 0);
	const uint32_t *node_of = g->node_of;
	uint32_t at = 0, caller, serial = ++g->serial, residual = 0;
	size_t n;
	const loc_id *frame = dict_frames(g->p->dict, stack, &n);

	for (size_t i = 0; i < n; i++) {
		if (!node_of[frame[i].i]) {
			residual = CALL_RESIDUAL;
			continue;
		}
		caller = at;
		at = node_of[frame[i].i];
		if (node[at].serial != serial) {
			node[at].serial = serial;
			node[at].cum = sum_add(node[at].cum, v, &g->saturated);
		}
		if (g->wants_edges[at] && caller && caller != at)
			add_call(g, caller, at, residual | how_called(g, frame[i]), v);
		residual = 0;
	}
	if (at && !residual)
		node[at].flat = sum_add(node[at].flat, v, &g->saturated);
}

/* Stacks from `from` to before `to`, which one thread adds. */
struct stack_range {
	struct graph *g;
	const int64_t *value; /* by stack */
	const uint8_t *used;
	uint32_t from, to;
};

static void add_range(void *context, void *range)
{
	struct stack_range *r = range;

	(void)context;
	for (uint32_t i = r->from; i < r->to; i++)
		if (r->used[i])
			add_stack(r->g, (stack_id){ i }, r->value[i]);
}

/* Make a graph of the same nodes, as yet without values, for another thread. */
static struct graph begin_part(const struct graph *g)
{
	struct graph part = *g;
	size_t size = g->node.n * sizeof(struct graph_node);

	part.saturated = 0;
	part.node.rows = mem_resize(NULL, 0, size);
	memcpy(part.node.rows, g->node.rows, size);
	table_init(&part.edge, sizeof(struct graph_edge), offsetof(struct graph_edge, weight));
	return part;
}

static void join_part(struct graph *g, struct graph *part)
{
	g->saturated += part->saturated;
	for (uint32_t i = 1; i < g->node.n; i++) {
		struct graph_node *to = graph_node(g, i), *from = graph_node(part, i);

		to->flat = sum_add(to->flat, from->flat, &g->saturated);
		to->cum = sum_add(to->cum, from->cum, &g->saturated);
	}
	for (uint32_t i = 1; i < part->edge.n; i++) {
		const struct graph_edge *from = graph_edge(part, i);
		struct graph_edge key = { .caller = from->caller, .callee = from->callee };
		struct graph_edge *to = graph_edge(g, table_intern(&g->edge, &key));

		to->weight = sum_add(to->weight, from->weight, &g->saturated);
		to->called |= from->called;
		to->residual |= from->residual;
	}
	mem_free(part->node.rows, g->node.n * sizeof(struct graph_node));
	table_release(&part->edge);
}

/* Another thread adds half of the stacks, if they are many. */
static void add_halves(struct graph *g, const int64_t *value, const uint8_t *used)
{
	enum { MANY = 20000 };
	uint32_t n = g->p->dict->stack.n, half = n < MANY ? n : n / 2;
	struct stack_range first = { g, value, used, 1, half }, second;
	OWN_CACHE_LINES struct graph part;
	struct relay relay;

	if (half == n) {
		add_range(NULL, &first);
		return;
	}
	part = begin_part(g);
	second = (struct stack_range){ &part, value, used, half, n };
	relay_begin(&relay, add_range, NULL, true);
	relay_pass(&relay, &second);
	add_range(NULL, &first);
	relay_end(&relay);
	join_part(g, &part);
}

/* Add up samples that differ only in labels first, then add each stack once. */
static void add_stacks(struct graph *g, uint32_t col)
{
	const struct profile *p = g->p;
	int64_t *value = mem_zeroed(p->dict->stack.n, sizeof(*value));
	uint8_t *used = mem_zeroed(p->dict->stack.n, 1);

	for (uint32_t i = 1; i < p->sample.n; i++) {
		uint32_t stack = profile_sample(p, (sample_id){ i })->stack.i;

		value[stack] = sum_add(value[stack], p->col[col].v[i], &g->saturated);
		used[stack] |= p->col[col].v[i] != 0;
	}
	add_halves(g, value, used);
	mem_free(value, p->dict->stack.n * sizeof(*value));
	mem_free(used, p->dict->stack.n);
}

void graph_build(struct graph *g, const struct profile *p, uint32_t col,
		 const struct frame_names *names, enum graph_edges which)
{
	*g = (struct graph){ .p = p, .names = names };
	table_init(&g->node, sizeof(struct graph_node), offsetof(struct graph_node, flat));
	table_init(&g->edge, sizeof(struct graph_edge), offsetof(struct graph_edge, weight));
	find_location_nodes(g, which);
	rank_nodes(g);
	add_stacks(g, col);
}

void graph_build_part(struct graph *g, const struct graph *whole, uint32_t col, const uint8_t *keep)
{
	*g = (struct graph){ .p = whole->p, .names = whole->names };
	table_init(&g->node, sizeof(struct graph_node), offsetof(struct graph_node, flat));
	table_init(&g->edge, sizeof(struct graph_edge), offsetof(struct graph_edge, weight));
	find_location_nodes(g, GRAPH_ALL_EDGES);
	for (uint32_t i = 1; i < g->nloc; i++)
		if (!keep[g->node_of[i]])
			g->node_of[i] = 0;
	rank_nodes(g);
	add_stacks(g, col);
}

void graph_release(struct graph *g)
{
	mem_free(g->node_of, g->nloc * sizeof(*g->node_of));
	mem_free(g->wants_edges, g->nnode);
	table_release(&g->node);
	table_release(&g->edge);
	*g = (struct graph){ 0 };
}

/* Order */

struct weighted {
	uint32_t group; /* the first key */
	uint32_t rank;  /* the last key */
	uint64_t weight;
	uint32_t row;
};

static int compare_weights(const void *a, const void *b)
{
	const struct weighted *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return (x->rank > y->rank) - (x->rank < y->rank);
}

/* Sort and free w. */
static struct graph_list sort_rows(struct weighted *w, size_t n, size_t cap)
{
	struct graph_list list = { .n = n, .cap = n };

	qsort(w, n, sizeof(*w), compare_weights);
	list.v = mem_zeroed(n, sizeof(*list.v));
	for (size_t i = 0; i < n; i++)
		list.v[i] = w[i].row;
	mem_free(w, cap * sizeof(*w));
	return list;
}

static uint64_t weight_in_order(const struct graph_node *node, enum graph_order order)
{
	return order == GRAPH_BY_NAME ? 0 :
	       order == GRAPH_BY_CUM  ? sum_magnitude(node->cum) :
					sum_magnitude(node->flat);
}

struct graph_list graph_nodes(const struct graph *g, enum graph_order order)
{
	struct weighted *w = mem_zeroed(g->node.n, sizeof(*w));
	size_t n = 0;

	for (uint32_t i = 1; i < g->node.n; i++) {
		const struct graph_node *node = graph_node(g, i);

		if (node->flat || node->cum)
			w[n++] = (struct weighted){ .weight = weight_in_order(node, order),
						    .rank = node->rank,
						    .row = i };
	}
	return sort_rows(w, n, g->node.n);
}

static struct graph_list list_edges(const struct graph *g, bool by_callee)
{
	struct weighted *w = mem_zeroed(g->edge.n, sizeof(*w));

	for (uint32_t i = 1; i < g->edge.n; i++) {
		const struct graph_edge *e = graph_edge(g, i);
		uint32_t other = by_callee ? e->caller : e->callee;

		w[i - 1] = (struct weighted){ .group = by_callee ? e->callee : e->caller,
					      .weight = sum_magnitude(e->weight),
					      .rank = graph_node(g, other)->rank,
					      .row = i };
	}
	return sort_rows(w, g->edge.n - 1, g->edge.n);
}

struct graph_list graph_edges_by_callee(const struct graph *g)
{
	return list_edges(g, true);
}

struct graph_list graph_edges_by_caller(const struct graph *g)
{
	return list_edges(g, false);
}

void graph_list_release(struct graph_list *list)
{
	mem_free(list->v, list->cap * sizeof(*list->v));
	*list = (struct graph_list){ 0 };
}
