/*
 * Metrics as text that is both OpenMetrics 1.0 and the text format of Prometheus. The two
 * differ only in how a TYPE line names a counter, and node_exporter and "promtool check
 * metrics" read the older format. So there are no TYPE lines, and the type is "unknown", which
 * also suits a sum over the last hour: that is not a counter.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 *
 *	prof_function_cpu_seconds_total{service_name="api",function="main"} 1.25
 */
#ifndef QUERY_OPENMETRICS_H
#define QUERY_OPENMETRICS_H

#include "query/select/selector.h"

/* A family of metrics. Its values are in seconds, in bytes, or in their own unit. */
struct metric {
	const char *prefix;    /* "prof_" or "prof_function_" */
	struct str type, unit; /* of the sample type */
	const char *suffix;    /* "_total" */
	const char *instead;   /* a name in place of the unit's, or NULL */
	/* Its = matchers become labels; NULL: none. */
	const struct selector *selector;
};

/* Append the HELP line. */
void metric_help(struct buf *b, const struct metric *m, const char *help);

/* The factor for values: 1e-9 for nanoseconds. */
double metric_scale(const struct metric *m);

/*
 * Append a sample: begin, any number of labels, end. Characters that are invalid in a label's
 * name become '_', and a name that occurs a second time gets a '_' more. A label that is empty,
 * or that the selector has already given, is left out. time: ns since 1970, or NULL.
 */
void metric_begin(struct buf *b, const struct metric *m);
void metric_label(struct buf *b, const struct metric *m, struct str name, struct str value);
void metric_end(struct buf *b, double value, const int64_t *time);

/* Append the end of all metrics. */
void metrics_end(struct buf *b);

/* Append the name of a label in the form that Prometheus allows. */
void metric_label_name(struct buf *b, struct str name);

#endif
