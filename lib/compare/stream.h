/*
 * The differential stream: both sides in one profile, as `go tool pprof` and
 * prof-flame(1) understand it. The new side's samples have values as they are, the
 * base's are negated and labelled pprof::base=true. Of several runs a side it is the
 * mean.
 *
 * Frames are named as items are, so that a function which the compiler has cloned or
 * numbered differently is the same one on both sides.
 *
 * What a comparison found goes along as comments, for pictures:
 *
 *	diff.about=10 v 10 runs, in pairs ...
 *	diff.row=VERDICT KIND CHANGE LOW HIGH Q NAME
 *	diff.path=main;serve;hash
 *
 * VERDICT is one of verdict_word()'s, KIND "self" or "incl"; CHANGE, LOW and HIGH
 * (the ends of its interval) are fractions, "-" where there is none; NAME is the rest
 * of the line. There is a row for each function that changed, whatever it was because
 * of; all others did not, as far as the runs can tell. A path says how one of them
 * that got slower is called where that happened. Without diff.about, nothing is known.
 */
#ifndef COMPARE_STREAM_H
#define COMPARE_STREAM_H

#include "compare/compare.h"

enum normalize {
	NORMALIZE_NONE,
	NORMALIZE_TOTAL, /* the base as if its sum were the new side's */
	NORMALIZE_CPU,   /* all runs: their samples share out their exact CPU time */
	NORMALIZE_WORK,  /* all runs as if they had done the same work */
};

/*
 * Make runs->profile the differential one. c is a comparison of these runs, or NULL.
 * False with why appended to *error when a run does not know what `how` needs. No
 * run can be compared any more afterwards; what c has, stays.
 */
bool stream_build(struct runs *runs, const struct options *o, const struct comparison *c,
		  enum normalize how, struct buf *error);

#endif
