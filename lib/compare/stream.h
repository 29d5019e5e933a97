/*
 * The differential stream: both sides in one profile, in the form that `go tool pprof` and
 * prof-flame(1) read. The samples of the new side are unchanged; those of the base are
 * negated and labelled pprof::base=true. If a side is several runs, it is their mean.
 *
 * Frames have the names of items, so that a function that the compiler cloned or numbered
 * differently is the same on both sides.
 *
 * Comments hold the verdicts of a comparison, for pictures:
 *
 *	diff.about=10 v 10 runs, in pairs ...
 *	diff.row=VERDICT KIND CHANGE LOW HIGH Q NAME
 *	diff.path=main;serve;hash
 *	diff.moved=FROM;TO
 *
 * VERDICT is one of verdict_word()'s, KIND "self" or "incl"; CHANGE, LOW and HIGH
 * (the ends of its interval) are fractions, "-" where there is none; NAME is the rest
 * of the line. Each function that changed, for any reason, has a row; the others did not
 * change, as far as the runs show. A path leads from the root to a function that got
 * slower. What a row "moved" took over came from a function: diff.moved= has both names. A ';' in
 * names is ':' in these two. Without diff.about there are no verdicts.
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
