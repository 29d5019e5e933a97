/*
 * Daily seasons: what a series does every day at the same time. The season of a half hour is
 * the median over the days of its level less the median of its day. Its slow waves
 * alone are tried, too, since a few days tell little of its fast ones. Of these, the one is
 * subtracted that predicts each day best from the other days, if it does so better than no season.
 * A step changes the medians of one day only, so it does not change the season.
 */
#ifndef CHANGES_SEASON_H
#define CHANGES_SEASON_H

#include "base/base.h"

/*
 * Subtract the season from y, which has n windows in order of time. time: ns. weight: 0 is no
 * value. Returns whether there is a season; less than three days have none.
 */
bool season_remove(double *y, const double *weight, const int64_t *time, size_t n);

#endif
