/*
 * Output formats of --list: list.c finds the lines and their values, and calls these functions
 * in the order of output.
 */
#ifndef QUERY_LISTING_H
#define QUERY_LISTING_H

#include "query/routines.h"

struct listing {
	void (*begin)(struct query *q);
	void (*begin_routine)(struct query *q, const struct routine *routine);
	/* A remark about the source file of the routine: text before and after a path. */
	void (*remark)(struct query *q, struct str before, struct str path, struct str after);
	/* Lines around those with values have the values 0. */
	void (*line)(struct query *q, uint64_t line, int64_t flat, int64_t cum, struct str text);
	void (*end_routine)(struct query *q);
	void (*end)(struct query *q);
};

/* A page for the browser, in a single file without scripts. */
extern const struct listing listing_html;

#endif
