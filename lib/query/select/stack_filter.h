/*
 * Filtering stacks and their frames by regular expressions over functions, files and
 * mappings, with the meaning of google/pprof (profile/filter.go and prune.go there).
 */
#ifndef QUERY_STACK_FILTER_H
#define QUERY_STACK_FILTER_H

#include "query/location.h"

struct stack_filter {
	struct pattern pattern[NPATTERN];
	struct locations locations;
	struct location_run run; /* the locations of the current stack */
	VEC(loc_id) stack;       /* the new stack */
};

/* Does the filter have a pattern? A zeroed filter has none. */
bool stack_filter_is_on(const struct stack_filter *f);

/* Begin to filter the stacks of a profile, after all patterns are set. May be called once. */
void stack_filter_begin(struct stack_filter *f, struct profile *p);

/*
 * Filter a stack of the profile into *to. False if samples with this stack are to be left out.
 */
bool stack_filter_apply(struct stack_filter *f, stack_id stack, stack_id *to);

void stack_filter_release(struct stack_filter *f);

#endif
