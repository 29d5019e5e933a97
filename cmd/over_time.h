/* Reports of prof-query that are about many profiles: --series, --profiles, --series-list. */
#ifndef CMD_OVER_TIME_H
#define CMD_OVER_TIME_H

#include "query/report.h"
#include "query/selector.h"

struct over_time {
	bool series, profiles, list; /* which of them */
	const char *by, *function;
	uint64_t step; /* ns; 0: one minute */
};

/* The name of the report that is asked for, or NULL. */
const char *over_time_wanted(const struct over_time *o);

/* Print it. False after an error. */
bool over_time_print(const struct over_time *o, char **paths, struct selector *selector,
		     enum report_format format);

#endif
