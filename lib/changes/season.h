/*
 * Daily seasons: what a series does every day at the same time. Each half hour's level is
 * held against the median of its day, and the median of these over the days is the season.
 * It is taken off only if the season of the other days would have foretold each day better
 * than no season does. A step moves one day's medians, and so not the season's.
 */
#ifndef CHANGES_SEASON_H
#define CHANGES_SEASON_H

#include "base/base.h"

/*
 * n windows in order of time; time: ns, weight: 0 is no value. Takes the season off y.
 * Returns whether there is one; of less than three days there is none.
 */
bool season_remove(double *y, const double *weight, const int64_t *time, size_t n);

#endif
