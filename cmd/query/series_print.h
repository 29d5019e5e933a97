/* Printing --series: a table, metrics, or a picture. */
#ifndef CMD_SERIES_PRINT_H
#define CMD_SERIES_PRINT_H

#include "source/time_series.h"

struct series_shown {
	enum alert_measure measure;
	int to;                          /* format, numbered as in report_format_name() */
	const char *function;            /* of --function, or NULL */
	const struct selector *selector; /* or NULL */
};

/* False if the output fails. */
bool series_print(const struct time_series *t, const struct series_shown *shown);

/* The unit of the values that --measure selects. */
struct str series_unit(const struct time_series *t, enum alert_measure measure);

#endif
