#include "query/ratio.h"

#include <math.h>

#include "profile/type.h"

bool ratio_parse(struct ratio *ratio, const struct profile *p, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '/' && type_find(p, str(text.p, i), &ratio->over) &&
		    type_find(p, str_skip(text, i + 1), &ratio->under))
			return true;
	return false;
}

static double divide(double over, double under)
{
	return under != 0 ? over / under : NAN;
}

static double sum_of_column(const struct profile *p, uint32_t col)
{
	double sum = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		sum += (double)p->col[col].v[i];
	return sum;
}

double ratio_of_all(const struct ratio *ratio, const struct profile *p)
{
	return divide(sum_of_column(p, ratio->over), sum_of_column(p, ratio->under));
}

void ratio_graph_init(struct ratio_graph *g, const struct ratio *ratio, const struct profile *p,
		      const struct frame_names *names)
{
	graph_build(&g->over, p, ratio->over, names, GRAPH_NO_EDGES);
	graph_build(&g->under, p, ratio->under, names, GRAPH_NO_EDGES);
}

void ratio_graph_release(struct ratio_graph *g)
{
	graph_release(&g->over);
	graph_release(&g->under);
}

double ratio_of_flat(const struct ratio_graph *g, uint32_t node)
{
	return divide((double)graph_node(&g->over, node)->flat,
		      (double)graph_node(&g->under, node)->flat);
}

double ratio_of_cum(const struct ratio_graph *g, uint32_t node)
{
	return divide((double)graph_node(&g->over, node)->cum,
		      (double)graph_node(&g->under, node)->cum);
}
