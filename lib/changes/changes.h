/*
 * Change points: when did a function's cost change? Cost is the function's own share of
 * all samples. Each function's series is searched on its own (detect.h), after its daily
 * season was taken off (season.h). The p-values of all functions are corrected together:
 * Benjamini and Hochberg's false discovery rate, as in compare/multiple.h.
 *
 * Functions that change at the same time are looked at together:
 *
 * - If one gets more, the shares of all others fall. A change that is none when shares are
 *   taken of the rest of the program is explained.
 * - Cost that only moved is no change: between caller and callee, or between two that one
 *   function calls, if one of the two is new or gone (it got another name). Pairs that rose
 *   and fell by the same amount, within a quarter, are looked for first, then families
 *   whose sum rises by less than a quarter of what its members rose by.
 */
#ifndef CHANGES_CHANGES_H
#define CHANGES_CHANGES_H

#include "changes/history.h"

struct changes_options {
	double q;          /* false discovery rate; 0: 0.05 */
	double min_effect; /* change of the share, as a fraction of it; 0: 0.02 */
	double min_cost;   /* change of the share, as a fraction of the total; 0: 0.0005 */
};

enum change_kind { CHANGED, MOVED_TO, EXPLAINED_BY };

struct change {
	uint32_t function;
	uint32_t window;      /* the first one after the change */
	uint32_t last_before; /* the last one before it: there may be a gap */
	enum change_kind kind;
	uint32_t other;          /* of the others: the function that explains it */
	double before, after;    /* shares; with seasons, as if they had none */
	double low, high;        /* 95 % interval of after / before; infinite from 0 */
	double q;                /* the false discovery rate at which it is found */
	const struct first_seen *deploy; /* the value that a label had first at that time, or NULL */
};

struct changes {
	VEC(struct change) change; /* in order of window, then by size */
	size_t nfunction;          /* that were looked at */
	size_t nsmall;             /* that never had a share worth looking at */
	size_t noutlier;           /* windows of functions that stand out, and are no changes */
	size_t nseason;            /* functions with a daily season */
	bool is_short;             /* there are too few windows to look at */
};

void changes_find(const struct history *h, const struct changes_options *o, struct changes *c);
void changes_release(struct changes *c);

#endif
