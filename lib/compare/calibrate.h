/*
 * Measuring how often the gate fails if nothing has changed: the runs of one program are
 * randomly split into two sides many times, and each split is compared.
 */
#ifndef COMPARE_CALIBRATE_H
#define COMPARE_CALIBRATE_H

#include "compare/compare.h"

struct calibration {
	size_t k; /* runs per side */
	size_t n; /* comparisons */
	size_t failed;
	double phi, run_to_run;     /* means over the comparisons; see variance.h */
	struct power power[POWERS]; /* means of comparison.power */
};

/*
 * Split runs n times. There must be at least four; their sides, rounds and times are ignored.
 * False with a message in *error (NUL-terminated).
 */
bool calibrate(struct calibration *c, struct runs *runs, const struct options *o, size_t n,
	       struct buf *error);

/* Append the result, for people. */
void calibration_print(struct buf *b, const struct calibration *c);

#endif
