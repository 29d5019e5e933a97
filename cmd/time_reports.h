/*
 * The reports of prof-query that are about many profiles and their times: their options,
 * and which of them is asked for.
 */
#ifndef CMD_TIME_REPORTS_H
#define CMD_TIME_REPORTS_H

#include "cli/opt.h"
#include "query/report.h"
#include "query/selector.h"

/* What -t names: first enum report_format, then formats of some reports only. */
enum { TO_ALERTMANAGER = REPORT_HTML + 1, TO_SVG, NTO };
const char *report_format_name(size_t i);

extern const struct opt time_report_options[];

/* Times of profiles: set common.since and common.until by the options. */
void time_report_parse_range(void);

/* The ids of --span and --trace that samples are selected by, or NULL. */
void time_report_ids(const char **span, const char **trace);

/* The name of the report that is asked for, or NULL. */
const char *time_report_wanted(void);

struct time_report_request {
	char *const *paths;
	struct selector *selector; /* NULL: all */
	const char *by;            /* labels */
	bool self;                 /* --function: of the leaf alone */
	bool incl;                 /* --incl: of functions with what they call */
	int to;                    /* a number that report_format_name() knows; -1: text */
};

/* Print it. Returns the exit status. */
int time_report_run(const struct time_report_request *r);

#endif
