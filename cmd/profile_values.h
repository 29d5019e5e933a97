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
	int64_t step;               /* ns; 0: chosen automatically */
	int to;                     /* format, numbered as in report_format_name() */
	const char *store;          /* the store or server that is being read; NULL: a file */
	struct time_series *series; /* the values' type, and the wanted samples */

	/* Set by the report. */
	bool keep_times; /* the report needs the times of samples */
	void (*add)(void *values, const struct profile_value *v);
	size_t n;     /* number of added profiles, */
	size_t nvoid; /* and of those whose measure is no number, which are left out */

	/* Private to the report. */
	size_t most;             /* number of exemplars to print */
	struct log_writer split; /* divides profiles of files into series */
	VEC(struct exemplar) best;
	VEC(struct heat_point) point;
	size_t ntimeless; /* profiles that have no times of samples */
	bool is_subsecond;
};

/* The measure of one profile, in the unit of series_unit(). */
double profile_measure(const struct profile_values *values, int64_t value, int64_t total,
		       int64_t duration);

#endif
