/*
 * --heatmap: the distribution of profiles' values over time; or when samples were taken within
 * each second, as in Netflix's flamescope.
 */
#ifndef CMD_HEAT_MAP_H
#define CMD_HEAT_MAP_H

#include "cmd/profile_values.h"

/* argument: "value" or "" for the distribution, "subsecond" for the latter. */
void heat_map_begin(struct profile_values *values, const char *argument);

/* Print and forget it. False if the output fails. */
bool heat_map_print(struct profile_values *values);

#endif
