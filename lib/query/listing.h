/*
 * How --list is written: list.c finds lines and their values, and calls these for each of them,
 * in the order in which they are shown.
 */
#ifndef QUERY_LISTING_H
#define QUERY_LISTING_H

#include "query/routines.h"

struct listing {
	void (*begin)(struct query *q);
	void (*begin_routine)(struct query *q, const struct routine *routine);
	/* Words about the source file of the routine, with a path between them. */
	void (*remark)(struct query *q, struct str before, struct str path, struct str after);
	/* Values are 0 for lines around those that have some. */
	void (*line)(struct query *q, uint64_t line, int64_t flat, int64_t cum, struct str text);
	void (*end_routine)(struct query *q);
	void (*end)(struct query *q);
};

/* A page for the browser, alone in one file and without script. */
extern const struct listing listing_html;

#endif
