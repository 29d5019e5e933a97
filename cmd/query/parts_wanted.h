/* The parts of its inputs that a report needs; other parts are neither requested nor read. */
#ifndef CMD_PARTS_WANTED_H
#define CMD_PARTS_WANTED_H

#include "query/report.h"
#include "query/select/filter.h"

struct parts_wanted {
	const struct report *report; /* NULL: the profile itself is written */
	bool two_types;              /* a second sample type is used, too */
	bool has_filters;            /* samples are filtered by their stacks or labels */
	const char *lists[3];        /* names of used labels, separated by ',' */
	const struct tag_filter *tags;
};

/* Set the parts in `common`. */
void choose_parts(const struct parts_wanted *w);

#endif
