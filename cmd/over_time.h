/*
 * Reports of prof-query that are about many profiles: --series, --heatmap, --exemplars,
 * --profiles, --series-list.
 */
#ifndef CMD_OVER_TIME_H
#define CMD_OVER_TIME_H

#include "query/report.h"
#include "source/time_series.h"

struct over_time {
	bool series, profiles, list;      /* which of them; */
	const char *heat_map, *exemplars; /* not NULL: these, with their argument or "" */
	const char *by, *function;
	uint64_t step; /* ns; 0: one minute */
	bool self;     /* function: of the leaf */
	int measure;   /* enum alert_measure; -1: not given */
};

/* Print it, as report_format_name() numbers formats. False after an error. */
bool over_time_print(const struct over_time *o, char *const *paths, struct selector *selector,
		     int to);

/* Split "LABEL,..." into to->by. */
void split_labels(struct time_series_options *to, const char *by);

/* Note what is not in the series; the latter also, that nothing is. */
void note_other_types(const struct time_series *t);
void note_left_out(const struct time_series *t);

#endif
