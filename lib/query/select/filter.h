/*
 * Filtering a profile by labels and stacks: which samples to keep, and which frames of their
 * stacks. See stack_filter.h and tag_filter.h.
 */
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include "query/select/stack_filter.h"
#include "query/select/tag_filter.h"

struct filter {
	struct stack_filter stacks;
	struct tag_filter tags;
	bool all_frames; /* ignore the profile's own drop_frames and keep_frames */
};

/*
 * Filter the profile's samples; may be called once. False if a pattern gave up: *error says
 * which, and p is unchanged. Notes, such as that a pattern matched nothing, are appended to
 * *notes, one sentence a line.
 */
bool filter_apply(struct filter *f, struct profile *p, struct buf *notes, struct buf *error);

/* Append the filters, as "focus=main", one a line. */
void filter_describe(const struct filter *f, struct buf *lines);

void filter_release(struct filter *f);

#endif
