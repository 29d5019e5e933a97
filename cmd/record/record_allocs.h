/* Reporting on allocations in prof-record: notes at the end, and facts in the profile. */
#ifndef CMD_RECORD_ALLOCS_H
#define CMD_RECORD_ALLOCS_H

#include "record/alloc/allocs.h"

struct record_allocs {
	bool used;                  /* allocations are recorded */
	struct alloc_counts counts; /* of all windows; in use: at the end of the last */
	uint64_t period, most_period;
};

/* Add the counts of a window that has ended, and put facts about it into its profile. */
void record_allocs_add(struct record_allocs *r, const struct allocs *a,
		       const struct alloc_counts *c, struct profile *p);

/* Print the notes at the end. */
void record_allocs_summarise(const struct record_allocs *r);

#endif
