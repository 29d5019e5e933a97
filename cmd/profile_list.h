/* --profiles and --series-list of prof-query. */
#ifndef CMD_PROFILE_LIST_H
#define CMD_PROFILE_LIST_H

#include "query/report.h"

/* profiles: each of them; else each series. False after an error. */
bool profile_list_print(char *const *paths, struct selector *selector, bool profiles,
			enum report_format format);

#endif
