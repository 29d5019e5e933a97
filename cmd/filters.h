/* The options about which samples and frames are kept. */
#ifndef CMD_FILTERS_H
#define CMD_FILTERS_H

#include "cli/opt.h"
#include "query/filter.h"

extern const struct opt filter_options[];

/* The filter that the options say, into a zeroed one. */
void parse_filters(struct filter *f);

/* Filter p, and say what matched nothing. Complains and returns false on trouble. */
bool apply_filters(struct filter *f, struct profile *p);

#endif
