/*
 * Reports of prof-query about many profiles and their times: their options, and which one is
 * requested.
 */
#ifndef CMD_TIME_REPORTS_H
#define CMD_TIME_REPORTS_H

#include "cli/opt.h"
#include "query/report.h"
#include "query/select/selector.h"

/* Formats of -t: enum report_format, followed by formats of some reports only. */
enum { TO_ALERTMANAGER = REPORT_HTML + 1, TO_SVG, NTO };
const char *report_format_name(size_t i);

extern const struct opt time_report_options[];

/* Set common.since and common.until from the options. */
void time_report_parse_range(void);

/* The ids of --span and --trace that select samples, or NULL. */
void time_report_ids(const char **span, const char **trace);

/* The name of the requested report, or NULL. */
const char *time_report_wanted(void);

/*
 * Exit with a usage error if an option of this file is given that the report does not have.
 * report: another report that is requested, or NULL.
 */
void time_report_check_options(const char *report);

struct time_report_request {
	char *const *paths;
	struct selector *selector; /* NULL: all */
	const char *by;            /* labels */
	bool self;                 /* --function: only at the leaf */
	bool incl;                 /* --incl: functions include their callees */
	int to;                    /* format, numbered as in report_format_name(); -1: text */
};

/* Print the report. Returns the exit status. */
int time_report_run(const struct time_report_request *r);

#endif
