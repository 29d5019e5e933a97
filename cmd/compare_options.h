/* The options of prof-diff about how runs are compared. */
#ifndef CMD_COMPARE_OPTIONS_H
#define CMD_COMPARE_OPTIONS_H

#include "cli/opt.h"
#include "compare/options.h"

extern const struct opt compare_options[];

/*
 * The options as lib/compare needs them. Exits if they contradict each other, or name a file
 * that cannot be read. Call it only once.
 */
struct options read_compare_options(void);
void release_compare_options(struct options *o);

/* Why a pattern of these options failed: matching took too long. NULL if none did. */
const char *failed_pattern(void);

/* Parse "10%@5%share" into power_effect and power_share of a struct options. */
bool parse_power(void *to, const char *arg);

/* Parse "2%" or "0.02", from 0 to 1. */
bool parse_fraction(void *to, const char *arg);

#endif
