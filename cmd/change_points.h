/* prof-query --changes. */
#ifndef CMD_CHANGE_POINTS_H
#define CMD_CHANGE_POINTS_H

#include "query/report.h"
#include "query/selector.h"

/* step: ns; 0 is one minute. False after an error. */
bool change_points_print(char *const *paths, struct selector *selector, uint64_t step,
			 enum report_format format);

#endif
