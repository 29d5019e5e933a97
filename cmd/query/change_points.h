/* prof-query --changes. */
#ifndef CMD_CHANGE_POINTS_H
#define CMD_CHANGE_POINTS_H

#include "query/report.h"
#include "query/select/selector.h"

struct change_request {
	uint64_t step;  /* ns; 0 is one minute */
	bool inclusive; /* values of functions include their callees */
	const char *by; /* a history for each set of values of these labels; or NULL */
	enum report_format format;
};

/* False after an error. */
bool change_points_print(const struct change_request *r, char *const *paths,
			 struct selector *selector);

#endif
