/* The options that say how runs are compared: for prof-diff. */
#ifndef CMD_COMPARE_OPTIONS_H
#define CMD_COMPARE_OPTIONS_H

#include "cli/opt.h"
#include "compare/options.h"

extern const struct opt compare_options[];

/*
 * What they come to. Ends the program when they make no sense, or name a file that
 * cannot be read. May be read once.
 */
struct options read_compare_options(void);
void release_compare_options(struct options *o);

/* A pattern of these that could not be matched within bounds; NULL when all could. */
const char *failed_pattern(void);

/* "10%@5%share", into power_effect and power_share of a struct options. */
bool parse_power(void *to, const char *arg);

/* "2%" or "0.02", from 0 to 1. */
bool parse_fraction(void *to, const char *arg);

#endif
