/* prof-query --cardinality: which labels make how many series? */
#ifndef CMD_CARDINALITY_H
#define CMD_CARDINALITY_H

#include "query/report.h"
#include "query/select/selector.h"

/* A row for each label: its values, and the series that have it. False after an error. */
bool cardinality_print(char *const *paths, struct selector *selector, enum report_format format);

#endif
