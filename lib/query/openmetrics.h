/*
 * Metrics as text: OpenMetrics 1.0, and the text format of Prometheus at the same time. The
 * two disagree only in how a TYPE line names a counter, and node_exporter and "promtool check
 * metrics" read the older one; so there are no TYPE lines, and the type is "unknown".
 * (That also is what a sum over the last hour is: no counter.)
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 *
 *	prof_function_cpu_seconds_total{service_name="api",function="main"} 1.25
 */
#ifndef QUERY_OPENMETRICS_H
#define QUERY_OPENMETRICS_H

#include "query/selector.h"

/* A family of metrics. Its values are in seconds, in bytes, or in the unit that they have. */
struct metric {
	const char *prefix;    /* "prof_" or "prof_function_" */
	struct str type, unit; /* of the sample type */
	const char *suffix;    /* "_total" */
	const char *instead;   /* of the unit, or NULL */
	/* The labels that the values of = matchers are; NULL: none. */
	const struct selector *selector;
};

/* Append the HELP line. */
void metric_help(struct buf *b, const struct metric *m, const char *help);

/* What values are multiplied by: 1e-9 for nanoseconds. */
double metric_scale(const struct metric *m);

/*
 * Append a sample: begin, any number of labels, end. Characters that a name of a label may not
 * have become '_'; one that the selector gives already, or that is empty, is left out. time: ns since
 * 1970, or NULL.
 */
void metric_begin(struct buf *b, const struct metric *m);
void metric_label(struct buf *b, const struct metric *m, struct str name, struct str value);
void metric_end(struct buf *b, double value, const int64_t *time);

/* The end of all metrics. */
void metrics_end(struct buf *b);

/* Append the name of a label as Prometheus allows it. */
void metric_label_name(struct buf *b, struct str name);

#endif
