/*
 * The options of prof-query, and what they mean together: the report that is asked for, its
 * format, the selector.
 */
#ifndef CMD_QUERY_OPTIONS_H
#define CMD_QUERY_OPTIONS_H

#include "cli/opt.h"
#include "query/report.h"
#include "query/selector.h"

struct query_options {
	const char *select;
	const char *by, *unit, *base, *ratio;
	struct label_list {
		const char *roots, *leaves;
	} frames;   /* --tagroot, --tagleaf */
	bool by_id; /* --span or --trace is given */
	bool incl, self, mean, normalize, relative, follow;
	struct opt_list source;
	const char *revision;
	int sort; /* enum graph_order */
	int to;   /* into to_name() */
	/* By report: whether the user asks for it, and its argument. */
	bool wanted[NREPORT];
	const char *argument[NREPORT];
};
extern struct query_options query_options;

/* Parse the command line. Returns the operands without the selector, if one of them is it. */
char **query_start(int argc, char **argv);

/* The selector and --span and --trace. False if there is none of them. */
bool query_selector(struct selector *s);

/* The report of the options, or NULL; its argument goes into q. */
const struct report *query_report(struct query *q);

#endif
