/*
 * The options of prof-query and their combined meaning: the requested report, its format, the
 * selector.
 */
#ifndef CMD_QUERY_OPTIONS_H
#define CMD_QUERY_OPTIONS_H

#include "cli/opt.h"
#include "query/report.h"
#include "query/select/selector.h"

struct query_options {
	const char *select;
	const char *by, *unit, *base, *ratio;
	struct label_list {
		const char *roots, *leaves;
	} frames; /* --tagroot, --tagleaf */
	bool incl, self, mean, normalize, relative, follow;
	struct opt_list source;
	const char *revision;
	int sort; /* enum graph_order */
	int to;   /* index for to_name() */
	/* By report: whether it is requested, and its argument. */
	bool wanted[NREPORT];
	const char *argument[NREPORT];
};
extern struct query_options query_options;

/* Parse the command line. Returns the operands, without the selector if one of them is it. */
char **query_start(int argc, char **argv);

/* Parse the selector, --span and --trace. False if none is given. */
bool query_selector(struct selector *s);

/*
 * Exit with a usage error if options do not fit together: two reports, or an option that the
 * report does not have.
 */
void query_check_options(void);

/* The requested report, or NULL; its argument is stored in q. */
const struct report *query_report(struct query *q);

#endif
