/*
 * Which reports of prof-query, or commands of prof-store, an option is for: one that would change
 * nothing is an error.
 */
#ifndef CMD_OPTION_USE_H
#define CMD_OPTION_USE_H

#include <stdbool.h>
#include <stddef.h>

struct option_use {
	const char *option;
	bool is_given;
	const char *reports; /* names, blanks between them; NULL: all but those about times */
};

/*
 * Exit with a usage error if a given option is not for the report. report: its name, or NULL: a
 * profile is written. of_times: a report of time_reports.h.
 */
void option_uses_check(const struct option_use *use, size_t n, const char *report, bool of_times);

/* The same for a program with commands. */
void option_uses_check_command(const struct option_use *use, size_t n, const char *command);

#endif
