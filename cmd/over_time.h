/* Reports of prof-query that are about many profiles: --series, --profiles, --series-list. */
#ifndef CMD_OVER_TIME_H
#define CMD_OVER_TIME_H

#include "query/report.h"
#include "source/time_series.h"

struct over_time {
	bool series, profiles, list; /* which of them */
	const char *by, *function;
	uint64_t step; /* ns; 0: one minute */
	bool self;     /* function: of the leaf */
	int show;      /* enum alert_measure; -1: not given */
};

/* Print it. False after an error. */
bool over_time_print(const struct over_time *o, char *const *paths, struct selector *selector,
		     enum report_format format);

/* Split "LABEL,..." into to->by. */
void split_labels(struct time_series_options *to, const char *by);

/* Note what is not in the series. */
void note_left_out(const struct time_series *t);

#endif
