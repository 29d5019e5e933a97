/* Reports about the value of each profile: --exemplars and --heatmap. */
#ifndef CMD_PROFILE_VALUES_H
#define CMD_PROFILE_VALUES_H

#include "source/time_series.h"
#include "store/log.h"

struct exemplar;
struct heat_point;

struct profile_values {
	/* Set by the caller. */
	char *const *paths;
	struct selector *selector; /* or NULL */
	enum alert_measure measure;
	int64_t step;               /* ns; 0: as suits */
	int to;                     /* as report_format_name() numbers formats */
	const char *store;          /* that is being read, or NULL: a file */
	struct time_series *series; /* the values' type, and the samples that are wanted */

	/* Set by the report. */
	bool keep_times; /* it needs the times of samples */
	void (*add)(void *values, const struct profile_value *v);
	size_t n; /* profiles that were added */

	/* Its own. */
	size_t most;             /* exemplars to print */
	struct log_writer split; /* takes profiles of files apart */
	VEC(struct exemplar) best;
	VEC(struct heat_point) point;
	bool is_subsecond;
};

/* What is measured of one profile, in the unit that series_unit() names. */
double profile_measure(const struct profile_values *values, int64_t value, int64_t total,
		       int64_t duration);

#endif
