/*
 * From a call graph to stacks. A call graph has the self cost of each function, and the
 * costs of calls from one function to another, callees included; it does not have the
 * chains of callers. Stacks are estimated as most viewers of such graphs do: the cost of a
 * function is split among its callers in proportion to the calls' costs, and so on up to
 * the root. This is exact if each function has one caller.
 *
 * The estimate keeps the self cost of each line of each function, to the unit. Contexts
 * that cost less than a 10,000th of the whole are not followed: their cost is added to the
 * function's most expensive context, and so is the cost that recursion hides.
 */
#ifndef FORMAT_CALLGRIND_CALL_GRAPH_H
#define FORMAT_CALLGRIND_CALL_GRAPH_H

#include "base/vec.h"
#include "profile/profile.h"

struct graph_function {
	str_id name, file;
	map_id map;
	uint32_t one;
};
_Static_assert(sizeof(struct graph_function) == 16, "no padding");

/* The self cost of a line of a function. */
struct graph_cost {
	uint32_t function, line;
	str_id file; /* of the line, which may be inlined */
	uint32_t column;
	int64_t value; /* payload */
	int64_t added; /* to the profile, so far */
};
_Static_assert(sizeof(struct graph_cost) == 32, "no padding");

/* The cost of a function's calls of another. */
struct graph_call {
	uint32_t caller, callee, column, one;
	int64_t value; /* payload */
};
_Static_assert(sizeof(struct graph_call) == 24, "no padding");

struct call_graph {
	struct profile *p;
	struct table function, cost, call;
};

void call_graph_init(struct call_graph *g, struct profile *p);
void call_graph_release(struct call_graph *g);

/* Add `value` to a cost, which is passed with value 0; saturates. */
void call_graph_add_cost(struct call_graph *g, struct graph_cost key, int64_t value);
void call_graph_add_call(struct call_graph *g, struct graph_call key, int64_t value);

/* Add samples to the profile. True if stacks are estimated, not exact. */
bool call_graph_add_samples(struct call_graph *g);

#endif
