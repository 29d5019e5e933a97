#include "format/callgrind/call_graph.h"

#include <stdlib.h>

enum { DEEPEST = 256, SMALLEST_PART = 10000 };

void call_graph_init(struct call_graph *g, struct profile *p)
{
	*g = (struct call_graph){ .p = p };
	table_init(&g->function, sizeof(struct graph_function), sizeof(struct graph_function));
	table_init(&g->cost, sizeof(struct graph_cost), offsetof(struct graph_cost, value));
	table_init(&g->call, sizeof(struct graph_call), offsetof(struct graph_call, value));
}

void call_graph_release(struct call_graph *g)
{
	table_release(&g->function);
	table_release(&g->cost);
	table_release(&g->call);
}

void call_graph_add_cost(struct call_graph *g, struct graph_cost key, int64_t value)
{
	struct graph_cost *c = table_row(&g->cost, table_intern(&g->cost, &key));

	c->value = sat_add(g->p, c->value, value);
}

void call_graph_add_call(struct call_graph *g, struct graph_call key, int64_t value)
{
	struct graph_call *c;

	key.one = 1;
	c = table_row(&g->call, table_intern(&g->call, &key));
	c->value = sat_add(g->p, c->value, value);
}

/* The graph of one column, by function. */

struct node {
	double in;    /* the cost of calls from other functions */
	double whole; /* the function, callees included */
	double done;  /* the part of `whole` that contexts have received, up to 1 */
	double best;  /* the largest of these parts */
	stack_id at;  /* the stack of that part */
	uint32_t first_cost, first_call; /* in walk.costs and walk.calls */
	uint32_t heaviest_call;          /* row of g->call, or 0 */
	bool is_open;                    /* on the path from the root to the walk's position */
};

/* A context: a function and the path to it. */
struct context {
	uint32_t function, next_call;
	double part; /* of the function's cost */
	stack_id stack;
};

struct sorted_row {
	uint32_t function, row;
	int64_t value;
};

struct walk {
	struct call_graph *g;
	struct node *nodes;       /* by function; an extra one ends the lists of the last */
	struct sorted_row *costs; /* of g->cost by function */
	struct sorted_row *calls; /* of g->call by caller, the most expensive first */
	size_t nnode, ncost, ncall;
	VEC(struct context) way;
	double whole;   /* of the program */
	bool is_signed; /* there are costs below 0, such as of memory that was freed */
	size_t budget;  /* the number of contexts that may still be opened */
	bool estimated;
};

static double size_of(int64_t value)
{
	return value < 0 ? -(double)value : (double)value;
}

/*
 * The weight of a call among all calls of its callee. If costs can be below 0, they may add up
 * to 0, and the callee is called nevertheless.
 */
static double weight_of(const struct walk *w, const struct graph_call *c)
{
	return w->is_signed && !c->value ? 1 : size_of(c->value);
}

static struct graph_cost *cost_row(const struct walk *w, size_t i)
{
	return table_row(&w->g->cost, w->costs[i].row);
}

static struct graph_call *call_row(const struct walk *w, size_t i)
{
	return table_row(&w->g->call, w->calls[i].row);
}

static loc_id frame_of(struct walk *w, uint32_t function, str_id file, uint32_t line)
{
	const struct graph_function *f = table_row(&w->g->function, function);
	struct func row = { .name = f->name, .file = file };
	struct loc loc = { .map = f->map, .line = line };

	loc.func = dict_add_func(w->g->p->dict, row);
	loc.flags =
		mapping_flags(dict_text(w->g->p->dict, dict_mapping(w->g->p->dict, f->map)->file));
	return dict_add_loc(w->g->p->dict, loc);
}

/* Add a part of a cost to the function's context whose callers are `above`. */
static void add_value(struct walk *w, struct graph_cost *c, stack_id above, int64_t value)
{
	loc_id leaf = frame_of(w, c->function, c->file, c->line);
	sample_id sample;

	if (!value)
		return;
	sample = profile_add_sample(w->g->p, dict_stack_below(w->g->p->dict, above, leaf),
				    (label_set_id){ 0 });
	profile_add_value(w->g->p, c->column, sample, value);
	c->added += value;
}

/* The share of a value, rounded towards 0. */
static int64_t share_of(int64_t value, double share)
{
	return share >= 1 ? value : (int64_t)((double)value * share);
}

/* Give a part of a function's self cost to a context. */
static void add_self(struct walk *w, const struct context *c, stack_id above)
{
	struct node *n = &w->nodes[c->function];

	n->done += c->part;
	if (c->part > n->best) {
		n->best = c->part;
		n->at = above;
	}
	for (size_t i = n[0].first_cost; i < n[1].first_cost; i++) {
		struct graph_cost *cost = cost_row(w, i);

		add_value(w, cost, above, share_of(cost->value, n->done) - cost->added);
	}
}

static void open_context(struct walk *w, uint32_t function, double part, stack_id above)
{
	const struct graph_function *f = table_row(&w->g->function, function);
	struct context c = { .function = function, .part = part };

	add_self(w, &c, above);
	c.stack = dict_stack_below(w->g->p->dict, above, frame_of(w, function, f->file, 0));
	c.next_call = w->nodes[function].first_call;
	w->nodes[function].is_open = true;
	vec_push(&w->way, c);
}

/* Follow the next call from the walk's position; false if there is none. */
static bool follow_call(struct walk *w, struct context *from)
{
	while (from->next_call < w->nodes[from->function + 1].first_call) {
		const struct graph_call *call = call_row(w, from->next_call++);
		const struct node *to = &w->nodes[call->callee];
		double part = from->part * weight_of(w, call) / to->whole;

		if (to->is_open || !(part * to->whole >= w->whole / SMALLEST_PART) ||
		    w->way.n == DEEPEST || !w->budget)
			continue;
		w->budget--;
		open_context(w, call->callee, part, from->stack);
		return true;
	}
	return false;
}

static void walk_from(struct walk *w, uint32_t root, double part)
{
	open_context(w, root, part, (stack_id){ 0 });
	while (w->way.n) {
		if (follow_call(w, &vec_last(&w->way)))
			continue;
		w->nodes[vec_last(&w->way).function].is_open = false;
		vec_pop(&w->way);
	}
}

/* Preparing a column */

static int compare_rows(const void *a, const void *b)
{
	const struct sorted_row *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void gather_costs(struct walk *w, uint32_t column)
{
	struct table *t = &w->g->cost;

	w->ncost = 0;
	for (uint32_t i = 1; i < t->n; i++) {
		const struct graph_cost *c = table_row(t, i);

		if (c->column != column)
			continue;
		w->costs[w->ncost++] = (struct sorted_row){ c->function, i, 0 };
		w->nodes[c->function].whole += size_of(c->value);
		w->whole += size_of(c->value);
	}
	qsort(w->costs, w->ncost, sizeof(*w->costs), compare_rows);
}

static void gather_calls(struct walk *w, uint32_t column)
{
	struct table *t = &w->g->call;
	const struct graph_call *heaviest;

	w->ncall = 0;
	for (uint32_t i = 1; i < t->n; i++) {
		const struct graph_call *c = table_row(t, i);
		struct node *to = &w->nodes[c->callee];

		if (c->column != column || !(weight_of(w, c) > 0))
			continue;
		if (c->caller == c->callee) { /* already in the caller's cost */
			w->estimated = true;
			continue;
		}
		w->calls[w->ncall++] = (struct sorted_row){ c->caller, i, c->value };
		w->nodes[c->caller].whole += weight_of(w, c);
		w->estimated |= to->in > 0;
		to->in += weight_of(w, c);
		heaviest = table_row(t, to->heaviest_call);
		if (!to->heaviest_call || weight_of(w, c) > weight_of(w, heaviest))
			to->heaviest_call = i;
	}
	qsort(w->calls, w->ncall, sizeof(*w->calls), compare_rows);
}

/* Where each function's costs and calls begin. */
static void index_functions(struct walk *w)
{
	size_t cost = 0, call = 0;

	for (uint32_t f = 0; f < w->nnode; f++) {
		struct node *n = &w->nodes[f];

		while (cost < w->ncost && cost_row(w, cost)->function < f)
			cost++;
		while (call < w->ncall && call_row(w, call)->caller < f)
			call++;
		n->first_cost = (uint32_t)cost;
		n->first_call = (uint32_t)call;
		/* Costs below 0 cancel others out: only a function without callers is a root. */
		if (n->whole < n->in || (w->is_signed && n->in > 0))
			n->whole = n->in;
	}
}

/* What is left */

/* The function that calls this one most, or 0. */
static uint32_t heaviest_caller(const struct walk *w, uint32_t function)
{
	const struct graph_call *c = table_row(&w->g->call, w->nodes[function].heaviest_call);

	return c->caller;
}

/* The callers of a function that no context reached: the most expensive caller of each. */
static stack_id heaviest_callers(struct walk *w, uint32_t function)
{
	VEC(uint32_t) chain = { 0 };
	stack_id stack = { 0 };
	size_t depth;
	uint32_t f;

	vec_push(&chain, function);
	w->nodes[function].is_open = true;
	while ((f = heaviest_caller(w, vec_last(&chain))) && !w->nodes[f].is_open && w->budget &&
	       chain.n < DEEPEST) {
		w->budget--;
		w->nodes[f].is_open = true;
		vec_push(&chain, f);
		if (w->nodes[f].best > 0) { /* whose path is known */
			stack = w->nodes[f].at;
			break;
		}
	}
	dict_frames(w->g->p->dict, stack, &depth);
	if (depth + chain.n > DEEPEST) /* limits the cost of a long chain, which is quadratic */
		stack = (stack_id){ 0 };
	w->estimated |= f && !stack.i && heaviest_caller(w, f); /* a cycle, or too deep */
	for (size_t i = chain.n; i-- > 0;) {
		const struct graph_function *caller = table_row(&w->g->function, chain.v[i]);

		w->nodes[chain.v[i]].is_open = false;
		if (i)
			stack = dict_stack_below(w->g->p->dict, stack,
						 frame_of(w, chain.v[i], caller->file, 0));
	}
	vec_release(&chain);
	return stack;
}

static void add_rest(struct walk *w)
{
	for (size_t i = 0; i < w->ncost; i++) {
		struct graph_cost *c = cost_row(w, i);
		struct node *n = &w->nodes[c->function];

		if (c->added == c->value)
			continue;
		if (!(n->best > 0)) {
			n->at = heaviest_callers(w, c->function);
			n->best = 1;
		}
		add_value(w, c, n->at, c->value - c->added);
	}
}

static bool has_costs_below_0(const struct call_graph *g, uint32_t column)
{
	for (uint32_t i = 1; i < g->cost.n; i++) {
		const struct graph_cost *c = table_row(&g->cost, i);

		if (c->column == column && c->value < 0)
			return true;
	}
	for (uint32_t i = 1; i < g->call.n; i++) {
		const struct graph_call *c = table_row(&g->call, i);

		if (c->column == column && c->value < 0)
			return true;
	}
	return false;
}

static void walk_column(struct walk *w, uint32_t column)
{
	memset(w->nodes, 0, (w->nnode + 1) * sizeof(*w->nodes));
	w->whole = 0;
	w->is_signed = has_costs_below_0(w->g, column);
	w->budget = 16384 + 4 * (w->g->call.n + (size_t)w->g->function.n);
	gather_costs(w, column);
	gather_calls(w, column);
	index_functions(w);
	for (uint32_t f = 1; f + 1 < w->nnode; f++) {
		const struct node *n = &w->nodes[f];

		if (n->whole > 0 && n->in < n->whole)
			walk_from(w, f, (n->whole - n->in) / n->whole);
	}
	add_rest(w);
}

bool call_graph_add_samples(struct call_graph *g)
{
	struct walk w = { .g = g, .nnode = (size_t)g->function.n + 1 };

	w.nodes = mem_zeroed(w.nnode + 1, sizeof(*w.nodes));
	w.costs = mem_zeroed(g->cost.n, sizeof(*w.costs));
	w.calls = mem_zeroed(g->call.n, sizeof(*w.calls));
	for (uint32_t column = 0; column < g->p->ncol; column++)
		walk_column(&w, column);
	mem_free(w.nodes, (w.nnode + 1) * sizeof(*w.nodes));
	mem_free(w.costs, g->cost.n * sizeof(*w.costs));
	mem_free(w.calls, g->call.n * sizeof(*w.calls));
	vec_release(&w.way);
	return w.estimated;
}
