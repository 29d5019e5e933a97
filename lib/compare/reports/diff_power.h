/* What the data could show, and what to do if that is too little. */
#ifndef REPORTS_DIFF_POWER_H
#define REPORTS_DIFF_POWER_H

#include "compare/compare.h"

/* "less than +58% of a 20% share could not be seen; for +10% of it record with -F 1000" */
void words_blindness(struct buf *b, const struct comparison *c);

/* Why a comparison is inconclusive: it is blind, or a row or the whole seems to change. */
void words_inconclusive(struct buf *b, const struct comparison *c);

/* "; +4.9% of a 20% share would have been found" */
void words_would_be_found(struct buf *b, const struct comparison *c);

/* "smallest change that would be found: +4.9% of a 20% share, ..." */
void words_detectable(struct buf *b, const struct power power[POWERS]);

/* The same of the comparison. */
void words_power(struct buf *b, const struct comparison *c);

/* "required power: +10% of a 5% share, reached: the data can show +8.0%" */
void words_required(struct buf *b, const struct comparison *c);

#endif
