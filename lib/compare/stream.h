/*
 * The differential stream: both sides in one profile, in the form that `go tool pprof` and
 * prof-flame(1) read. The samples of the new side are unchanged; those of the base are
 * negated and labelled pprof::base=true. A side with several runs is their mean.
 *
 * Frames have the names of items, so that a function that the compiler cloned or numbered
 * differently is the same on both sides. The label "comm" is that of the new side, if the sides have
 * one each that the other has not.
 *
 * Comments hold the verdicts of a comparison, for pictures:
 *
 *	diff.about=10 v 10 runs, in pairs ...
 *	diff.row=VERDICT KIND CHANGE LOW HIGH Q NAME
 *	diff.path=main;serve;hash
 *	diff.moved=FROM;TO
 *
 * VERDICT is a word of verdict_word(), KIND is "self" or "incl"; CHANGE, LOW and HIGH (the ends
 * of its interval) are fractions, or "-" for none; NAME is the rest of the line. Each function
 * that changed, for any reason, has a row; the runs show no change of the others. A path leads
 * from the root to a function that became slower. For a row "moved", diff.moved= has the
 * function from which the cost came, and the row's own. A ';' in names is ':' in these two.
 * Without diff.about there are no verdicts.
 */
#ifndef COMPARE_STREAM_H
#define COMPARE_STREAM_H

#include "compare/compare.h"

enum normalize {
	NORMALIZE_NONE,
	NORMALIZE_TOTAL, /* scale the base to the sum of the new side */
	NORMALIZE_CPU,   /* scale each run to its exact CPU time */
	NORMALIZE_WORK,  /* scale all runs to the same work */
};

/*
 * Turn runs->profile into the differential one. c is a comparison of these runs, or NULL. False,
 * with a message appended to *error, if a run lacks a fact that `how` needs. Afterwards the
 * runs cannot be compared any more; c stays valid.
 */
bool stream_build(struct runs *runs, const struct options *o, const struct comparison *c,
		  enum normalize how, struct buf *error);

#endif
