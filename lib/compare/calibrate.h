/*
 * Measuring how often the gate fails if nothing has changed: the runs of one program are split
 * into two sides many times, and each split is compared. Splits have runs in common, so what
 * they show together is of these runs, however many splits there are.
 */
#ifndef COMPARE_CALIBRATE_H
#define COMPARE_CALIBRATE_H

#include "compare/compare.h"

struct calibration {
	size_t k[2]; /* runs per side */
	size_t n;    /* comparisons */
	bool all;    /* these are all that there are */
	size_t failed;
	double gate_q;              /* how often it is to fail */
	bool permuted;              /* the gate asked random labellings */
	double phi, run_to_run;     /* means over the comparisons; see variance.h */
	struct power power[POWERS]; /* means of comparison.power */
};

/*
 * Split runs in all ways, or n times at random if there are more ways than that. There must be
 * at least four runs; their sides, rounds and times are ignored. False with a message in *error
 * (NUL-terminated).
 */
bool calibrate(struct calibration *c, struct runs *runs, const struct options *o, size_t n,
	       struct buf *error);

/* Append the result, for people. */
void calibration_print(struct buf *b, const struct calibration *c);

#endif
