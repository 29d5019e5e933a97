/*
 * Functions and the calls between them: flat and cumulative values, callers and
 * callees, with the meaning that google/pprof gives them (internal/graph):
 *
 * A function is identified by its name, wherever it is defined; all frames without a name in
 * one mapped file are one function. A sample's value counts as flat for the function
 * of its leaf frame, once as cumulative for every function in its stack, and once as the
 * weight of every call in its stack from one function to another.
 */
#ifndef ANALYZE_GRAPH_H
#define ANALYZE_GRAPH_H

#include "analyze/frame_names.h"
#include "profile/profile.h"

struct graph_node {
	str_id name; /* as a frame shows it */
	str_id file; /* of the mapping, if the function has no name */
	/* Payload. */
	int64_t flat, cum;
	uint32_t rank;   /* place in the order of names, from 0 */
	uint32_t serial; /* scratch: the last stack that it was in */
};

struct graph_edge {
	uint32_t caller, callee; /* nodes */
	/* Payload. */
	int64_t weight;
	uint16_t called;   /* 1: not all calls are inlined */
	uint16_t residual; /* 1: some calls go through functions that are left out */
	uint32_t serial;
};

_Static_assert(sizeof(struct graph_node) == 32, "no padding");
_Static_assert(sizeof(struct graph_edge) == 24, "no padding");

enum graph_edges {
	GRAPH_NO_EDGES,
	GRAPH_ALL_EDGES,
	GRAPH_INLINED, /* only calls of functions that are inlined somewhere */
};

struct graph {
	const struct profile *p;
	const struct frame_names *names;
	struct table node, edge; /* of the structs above; row 0 is none */
	uint32_t *node_of;       /* by location */
	uint8_t *wants_edges;    /* by node: edges to it are kept */
	uint32_t nloc, nnode, serial;
	uint64_t saturated; /* sums that overflow int64 */
};

/* Both p and the names must outlive the graph. */
void graph_build(struct graph *g, const struct profile *p, uint32_t col,
		 const struct frame_names *names, enum graph_edges which);

/*
 * Build the graph of some nodes of `whole`, a graph of the same profile: those with keep[node]
 * not 0. A call through nodes that are left out counts as a call; their flat values are
 * dropped. Nodes have the same numbers as in `whole`.
 */
void graph_build_part(struct graph *g, const struct graph *whole, uint32_t col,
		      const uint8_t *keep);

static inline struct graph_node *graph_node(const struct graph *g, uint32_t i)
{
	return table_row(&g->node, i);
}

static inline struct graph_edge *graph_edge(const struct graph *g, uint32_t i)
{
	return table_row(&g->edge, i);
}

/* A list of nodes or edges. */
struct graph_list {
	uint32_t *v;
	size_t n, cap;
};

enum graph_order { GRAPH_BY_FLAT, GRAPH_BY_CUM, GRAPH_BY_NAME };

/*
 * The nodes that have a value, in byte order of their names, or the largest first, by the
 * magnitude of the flat or of the cumulative value; equal ones by name.
 */
struct graph_list graph_nodes(const struct graph *g, enum graph_order order);

/* The edges, grouped by callee (or caller), the heaviest first. */
struct graph_list graph_edges_by_callee(const struct graph *g);
struct graph_list graph_edges_by_caller(const struct graph *g);

void graph_list_release(struct graph_list *list);
void graph_release(struct graph *g);

#endif
