/*
 * What reports about functions have in common: the call graph, the functions in the order in
 * which they are shown, and the line about a function.
 */
#ifndef QUERY_FUNCTION_LINES_H
#define QUERY_FUNCTION_LINES_H

#include "analyze/graph.h"
#include "query/report.h"

struct functions {
	struct frame_names names;
	struct graph graph;
	struct graph_list order;  /* nodes with a value */
	struct ratio_graph ratio; /* if q asks for a ratio */
	size_t shown;             /* how many of `order`, from the first on, to show */
};

/* Also sets q->unit_value. */
void functions_init(struct functions *f, struct query *q, enum graph_edges which);

/* Print the header of a text report, and the names of its columns. */
void functions_header(const struct functions *f, const struct query *q);

/* Print flat, its share, the sum of shares so far, cumulative, its share. No newline. */
void functions_line(const struct query *q, const struct graph_node *node, int64_t sum);

/* The same as cells of rows; the name follows. */
#define FUNCTION_CELLS "flat", "flat_percent", "sum_percent", "cum", "cum_percent"
void functions_cells(const struct query *q, struct rows *r, const struct graph_node *node,
		     int64_t sum);

void functions_release(struct functions *f);

#endif
