/*
 * The ratio of two sample types, by function: instructions per cycle, misses per thousand
 * instructions, bytes per object. It is a ratio of sums, not a mean of ratios.
 */
#ifndef QUERY_RATIO_H
#define QUERY_RATIO_H

#include "analyze/graph.h"

/* The columns of a ratio. */
struct ratio {
	uint32_t over, under;
};

/*
 * Parse two sample types, "OVER/UNDER", each in a form that type_find() accepts; names may
 * contain slashes. False if there are no such types.
 */
bool ratio_parse(struct ratio *ratio, const struct profile *p, struct str text);

/* The ratio of all samples; NAN for a division by 0. */
double ratio_of_all(const struct ratio *ratio, const struct profile *p);

/* The two sums of each function; nodes are those of all graphs of the profile. */
struct ratio_graph {
	struct graph over, under;
};

void ratio_graph_init(struct ratio_graph *g, const struct ratio *ratio, const struct profile *p,
		      const struct frame_names *names);
void ratio_graph_release(struct ratio_graph *g);

/* The ratio of flat or of cumulative values; NAN for a division by 0. */
double ratio_of_flat(const struct ratio_graph *g, uint32_t node);
double ratio_of_cum(const struct ratio_graph *g, uint32_t node);

#endif
