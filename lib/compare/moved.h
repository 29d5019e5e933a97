/*
 * Code that only moved is no regression: a function was renamed or split, or inlined into
 * its caller. The item that got slower is then tested together with the one from which the
 * cost came.
 */
#ifndef COMPARE_MOVED_H
#define COMPARE_MOVED_H

#include "compare/compare.h"

/*
 * Rows that were found to be slower become MOVED when something near them got
 * cheaper by as much, so that both together are not slower. An APPEARED row that
 * took over from a GONE one and is slower than that one was becomes SLOWER.
 */
void find_moved(struct comparison *c, struct members *m, const struct calls *calls);

#endif
