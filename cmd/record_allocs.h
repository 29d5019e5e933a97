/* What prof-record says of allocations: at the end, and in the profile's facts. */
#ifndef CMD_RECORD_ALLOCS_H
#define CMD_RECORD_ALLOCS_H

#include "record/allocs.h"

struct record_allocs {
	bool used;                  /* allocations are recorded */
	struct alloc_counts counts; /* of all windows; in use: at the end of the last */
	uint64_t period, most_period;
};

/* A window has ended, with these counts: add what it has, and put what is to be known of it in its profile. */
void record_allocs_add(struct record_allocs *r, const struct allocs *a,
		       const struct alloc_counts *c, struct profile *p);

/* Notes at the end. */
void record_allocs_summarise(const struct record_allocs *r);

#endif
