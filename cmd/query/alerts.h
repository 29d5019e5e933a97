/* prof-query --alert and --rules. */
#ifndef CMD_ALERTS_H
#define CMD_ALERTS_H

#include "cli/opt.h"
#include "query/report.h"
#include "query/select/selector.h"

struct alert_request {
	bool wanted;
	struct opt_list rules;
	const char *file; /* a file of rules, one a line */
	const char *by;
	uint64_t step; /* ns; 0: the whole range is one step */
	enum report_format format;
	bool alertmanager; /* print the JSON of Alertmanager's webhooks instead */
};

bool alerts_wanted(const struct alert_request *r);

/* Evaluate the rules. Returns the exit status: 1 if one of them fires. */
int alerts_run(const struct alert_request *r, char *const *paths, struct selector *selector);

#endif
