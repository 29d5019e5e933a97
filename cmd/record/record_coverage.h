/*
 * How much of the used CPU time the samples cover; and if that is nothing or too little, why,
 * and what would help.
 */
#ifndef CMD_RECORD_COVERAGE_H
#define CMD_RECORD_COVERAGE_H

#include "cmd/record/recording.h"

/* Append ", covering 98% of 1.23 s of CPU time" to *line, if known. */
void coverage_line(const struct recording *r, struct buf *line);

/* Print notes about what is missing, if anything. */
void coverage_explain(const struct recording *r);

#endif
