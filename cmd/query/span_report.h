/* --spans: the cost of spans of traces, from the samples with their ids. */
#ifndef CMD_SPAN_REPORT_H
#define CMD_SPAN_REPORT_H

#include "query/report.h"
#include "query/select/selector.h"

struct span_request {
	const char *file;         /* the file of spans */
	const char *span, *trace; /* select a span (id or name) or a trace; or NULL */
};

/* Print the spans. False after an error. */
bool span_report_print(const struct span_request *r, char *const *paths, struct selector *selector,
		       enum report_format format);

#endif
