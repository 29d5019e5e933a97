/*
 * Change points: when did a function's cost change? Cost is the function's own share of
 * all samples. Each function's series is searched separately (detect.h), after its daily
 * season is subtracted (season.h). The p-values of all functions are corrected together:
 * Benjamini and Hochberg's false discovery rate, as in compare/multiple.h.
 *
 * Changes at the same time may explain each other:
 *
 * - If the share of one function rises, those of all others fall. A change that vanishes when
 *   shares are taken of the rest of the program is explained.
 * - Cost that only moved is not a change. It may move between caller and callee, or between
 *   two callees of one function if one of them is new or gone (it got another name). The
 *   search first finds pairs that rose and fell by the same amount, within a quarter, then
 *   families whose sum rises by less than a quarter of what its members rose by. It includes
 *   callers and callees whose cost moved too little to be found as a change.
 */
#ifndef CHANGES_CHANGES_H
#define CHANGES_CHANGES_H

#include "changes/history.h"

struct changes_options {
	double q;          /* false discovery rate; 0: 0.05 */
	double min_effect; /* least change, as a fraction of the share; 0: 0.02 */
	double min_cost;   /* least change, as a fraction of the total; 0: 0.0005 */
};

enum change_kind { CHANGED, MOVED_TO, EXPLAINED_BY };

struct change {
	uint32_t function;
	uint32_t window;      /* the first one after the change */
	uint32_t last_before; /* the last one before it: there may be a gap */
	enum change_kind kind;
	uint32_t other;       /* if another function explains the change: its number */
	double before, after; /* shares, without the season */
	double low, high;     /* 95 % interval of after / before; infinite from 0 */
	double q;             /* the false discovery rate at which it is found */
	const struct first_seen
		*deploy; /* a label's value that was first seen at that time, or NULL */
};

struct changes {
	VEC(struct change) change; /* in order of window, then by size */
	size_t nfunction;          /* functions searched */
	size_t nsmall;             /* functions whose share was always too small to search */
	size_t noutlier;           /* windows of functions that are outliers, not changes */
	size_t nseason;            /* functions with a daily season */
	bool is_short;             /* there are too few windows to search */
};

void changes_find(const struct history *h, const struct changes_options *o, struct changes *c);
void changes_release(struct changes *c);

#endif
