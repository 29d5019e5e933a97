/*
 * What of the CPU time that was used the samples stand for; and if that is nothing or too
 * little, why, and what would help.
 */
#ifndef CMD_RECORD_COVERAGE_H
#define CMD_RECORD_COVERAGE_H

#include "recording.h"

/* ", covering 98% of 1.23 s of CPU time", appended to *line where that is known. */
void coverage_line(const struct recording *r, struct buf *line);

/* Notes about what is missing; none if nothing is. */
void coverage_explain(const struct recording *r);

#endif
