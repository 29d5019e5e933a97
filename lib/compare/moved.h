/*
 * Code that only moved is not a regression: a function may have been renamed, split, or inlined
 * into its caller, or share its caller's code with others that are inlined there. The item that
 * became slower is then tested together with the one from which the cost came.
 */
#ifndef COMPARE_MOVED_H
#define COMPARE_MOVED_H

#include "compare/compare.h"

/*
 * Change SLOWER rows to MOVED if code near them became cheaper by as much, so that both
 * together are not slower. An APPEARED row that replaces a GONE one, and is slower than that
 * one was, becomes SLOWER.
 */
void find_moved(struct comparison *c, struct members *m, const struct calls *calls);

#endif
