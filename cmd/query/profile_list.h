/* --profiles and --series-list of prof-query. */
#ifndef CMD_PROFILE_LIST_H
#define CMD_PROFILE_LIST_H

#include "query/report.h"

/*
 * Print a line for each profile, or, if profiles is false, for each series. False after an
 * error.
 */
bool profile_list_print(char *const *paths, struct selector *selector, bool profiles,
			enum report_format format);

#endif
