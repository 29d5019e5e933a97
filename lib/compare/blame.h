/* The path of calls from the root to a function that changed. */
#ifndef COMPARE_BLAME_H
#define COMPARE_BLAME_H

#include "compare/compare.h"

/*
 * Append "main;serve;hash": from the root, at each step the callee with the largest
 * part of the row's change, down to the row's item. A ";" in a name becomes ":".
 * Sets row.site.
 */
void blame_row(struct comparison *c, const struct members *m, struct row *r, struct buf *path);

/*
 * The same for the change of everything: as long as one callee has 70% of it. Empty
 * when there is no such callee, or no rise.
 */
void blame_total(struct comparison *c, struct buf *path);

#endif
