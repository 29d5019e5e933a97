/*
 * Filtering a profile: keep samples with certain labels and stacks, and certain frames of
 * these stacks. See stack_filter.h and tag_filter.h.
 */
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include "query/stack_filter.h"
#include "query/tag_filter.h"

struct filter {
	struct stack_filter stacks;
	struct tag_filter tags;
	bool all_frames; /* ignore the profile's own drop_frames and keep_frames */
};

/*
 * Filter the profile's samples; once only. False when a pattern gave up: *error says
 * which, and p is as it was. What is worth knowing all the same, as that a pattern
 * matched nothing, is appended to *notes, one sentence a line.
 */
bool filter_apply(struct filter *f, struct profile *p, struct buf *notes, struct buf *error);

/* Append what is filtered, "focus=main" and so on, one a line. */
void filter_describe(const struct filter *f, struct buf *lines);

void filter_release(struct filter *f);

#endif
