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
	struct location_run run; /* the locations of the stack at hand */
	VEC(loc_id) stack;       /* that stack, put together again */
};

/* Is there a pattern at all? A zeroed filter has none. */
bool stack_filter_is_on(const struct stack_filter *f);

/* Begin with the stacks of a profile, when all patterns are set. Once only. */
void stack_filter_begin(struct stack_filter *f, struct profile *p);

/*
 * A stack of the profile as it is after filtering, in *to. False when samples with
 * this stack are left out.
 */
bool stack_filter_apply(struct stack_filter *f, stack_id stack, stack_id *to);

void stack_filter_release(struct stack_filter *f);

#endif
