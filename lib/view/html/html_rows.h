/*
 * The rows of a page: the samples of a profile, merged by the node where their stack ends,
 * their labels, their slot of time and their side.
 *
 * Times are divided into slots, counted from 1; 0 is an unknown time. If the profile has times
 * of samples, slots have equal lengths, with HTML_SLOTS of them in a column of the heat map. If
 * it has times of windows (each profile of a stream counts at its beginning), each window is a
 * slot.
 */
#ifndef HTML_HTML_ROWS_H
#define HTML_HTML_ROWS_H

#include "profile/profile.h"

enum { HTML_SLOTS = 50 };

struct html_row {
	uint32_t node, set, slot;
	uint32_t base; /* 1: in the base of a differential profile */
};

struct html_times {
	uint64_t *at; /* all distinct times, in order; for windows these are the slots */
	size_t n, cap;
	bool windows;
	uint64_t slot; /* for times of samples: the length of a slot, in ns */
	uint32_t nslot;
};

struct html_rows {
	struct html_row *row; /* in order of nodes, sets, slots, sides */
	int64_t *value;       /* ncol for each row; those of the base are not negated */
	size_t n, cap, ncol, value_cap;
	struct html_times times;
	label_set_id *set; /* by set of the page: the dictionary's; [0] has no labels */
	uint32_t nset;
	size_t set_cap;
};

/*
 * Make the rows of p. node: by stack_id, the number of the node where the stack ends, below
 * nnode. p counts sums that saturate.
 */
void html_rows_init(struct html_rows *r, struct profile *p, const uint32_t *node, uint32_t nnode);
void html_rows_release(struct html_rows *r);

#endif
