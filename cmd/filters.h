/* The options of prof-query that choose samples and frames. */
#ifndef CMD_FILTERS_H
#define CMD_FILTERS_H

#include "cli/opt.h"
#include "query/select/filter.h"

extern const struct opt filter_options[];

/* Fill in a zeroed filter from the options. Exits if a pattern is malformed. */
void parse_filters(struct filter *f);

/* Filter p, and note which patterns matched nothing. False, with an error message, on failure. */
bool apply_filters(struct filter *f, struct profile *p);

#endif
