/*
 * Reports of prof-query about many profiles: --series, --heatmap, --exemplars, --profiles,
 * --series-list.
 */
#ifndef CMD_OVER_TIME_H
#define CMD_OVER_TIME_H

#include "query/report.h"
#include "source/time_series.h"

struct over_time {
	bool series, profiles, list;      /* which report is printed; */
	const char *heat_map, *exemplars; /* not NULL: these, with their argument or "" */
	const char *by, *function;
	uint64_t step; /* ns; 0: one minute */
	bool self;     /* function: only at the leaf */
	int measure;   /* enum alert_measure; -1: not given */
};

/*
 * Print the report in format `to`, numbered as in report_format_name(). False after an error.
 */
bool over_time_print(const struct over_time *o, char *const *paths, struct selector *selector,
		     int to);

/* Split "LABEL,..." into to->by. */
void split_labels(struct time_series_options *to, const char *by);

/*
 * Note what is left out of the series; the second one also notes that the series is empty.
 * False, with an error, if profiles were selected and none has the type of --type.
 */
bool note_other_types(const struct time_series *t);
bool note_left_out(const struct time_series *t);

#endif
