/* --spans: what spans of traces cost, by the samples that have their ids. */
#ifndef CMD_SPAN_REPORT_H
#define CMD_SPAN_REPORT_H

#include "query/report.h"
#include "query/selector.h"

struct span_request {
	const char *file;         /* of the spans */
	const char *span, *trace; /* only this span (id or name), this trace; or NULL */
};

/* Print the spans. False after an error. */
bool span_report_print(const struct span_request *r, char *const *paths, struct selector *selector,
		       enum report_format format);

#endif
