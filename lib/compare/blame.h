/* The path of calls from the root to a function that changed. */
#ifndef COMPARE_BLAME_H
#define COMPARE_BLAME_H

#include "compare/compare.h"

/*
 * Append the path to the row's item, as "main;serve;hash": from the root on, at each step, the
 * callee with the largest part of the row's change. A ";" in a name becomes ":". Sets row.site.
 */
void blame_row(struct comparison *c, const struct members *m, struct row *r, struct buf *path);

/*
 * The same for the change of the total, as long as one callee has 70% of it, and others did
 * not fall by 30%. The path is empty if there is no such callee, or no rise.
 */
void blame_total(struct comparison *c, struct buf *path);

#endif
