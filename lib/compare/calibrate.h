/*
 * How often does the gate fail if nothing has changed? The runs of one program are split
 * into two sides at random many times, and each split is compared.
 */
#ifndef COMPARE_CALIBRATE_H
#define COMPARE_CALIBRATE_H

#include "compare/compare.h"

struct calibration {
	size_t k; /* runs a side */
	size_t n; /* comparisons */
	size_t failed;
	double phi, run_to_run;     /* means over them; see variance.h */
	struct power power[POWERS]; /* means of comparison.power */
};

/*
 * Split runs n times: at least four of them, whose sides, rounds and times are forgotten.
 * False with why in *error (NUL-terminated).
 */
bool calibrate(struct calibration *c, struct runs *runs, const struct options *o, size_t n,
	       struct buf *error);

/* Append what it comes to, for people. */
void calibration_print(struct buf *b, const struct calibration *c);

#endif
