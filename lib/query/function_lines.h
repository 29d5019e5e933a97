/*
 * The part that reports about functions share: the call graph, the functions to show in
 * order, and the line about a function.
 */
#ifndef QUERY_FUNCTION_LINES_H
#define QUERY_FUNCTION_LINES_H

#include "analyze/graph.h"
#include "query/report.h"

struct functions {
	struct frame_names names;
	struct graph graph;
	struct graph_list order;  /* nodes with a value */
	struct ratio_graph ratio; /* if one is asked for */
	size_t shown;             /* the first of them, as many as asked for */
};

/* Also sets q->unit_value. */
void functions_init(struct functions *f, struct query *q, enum graph_edges which);

/* The header of a text report, and the names of its columns. */
void functions_header(const struct functions *f, const struct query *q);

/* Flat, share, sum of the shares up to here, cumulative, share. No newline. */
void functions_line(const struct query *q, const struct graph_node *node, int64_t sum);

/* The same as cells of rows; then follows the name. */
#define FUNCTION_CELLS "flat", "flat_percent", "sum_percent", "cum", "cum_percent"
void functions_cells(const struct query *q, struct rows *r, const struct graph_node *node,
		     int64_t sum);

void functions_release(struct functions *f);

#endif
