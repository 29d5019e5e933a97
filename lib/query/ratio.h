/*
 * The ratio of two sample types, by function: instructions per cycle, misses per thousand
 * instructions, bytes per object. A ratio of sums, not a mean of ratios.
 */
#ifndef QUERY_RATIO_H
#define QUERY_RATIO_H

#include "analyze/graph.h"

/* The columns of a ratio. */
struct ratio {
	uint32_t over, under;
};

/*
 * Two sample types, "OVER/UNDER", each as type_find() knows it; names may have slashes, too.
 * False if there are none.
 */
bool ratio_parse(struct ratio *ratio, const struct profile *p, struct str text);

/* Of all samples; NAN if that is a division by 0. */
double ratio_of_all(const struct ratio *ratio, const struct profile *p);

/* Its two sums for each function, with the nodes of all graphs of the profile. */
struct ratio_graph {
	struct graph over, under;
};

void ratio_graph_init(struct ratio_graph *g, const struct ratio *ratio, const struct profile *p,
		      const struct frame_names *names);
void ratio_graph_release(struct ratio_graph *g);

/* Of flat or of cumulative values; NAN if that is a division by 0. */
double ratio_of_flat(const struct ratio_graph *g, uint32_t node);
double ratio_of_cum(const struct ratio_graph *g, uint32_t node);

#endif
