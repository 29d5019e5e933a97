/*
 * --heatmap: how many profiles have which value, over time; or when within each second
 * samples were taken (as in Netflix's flamescope).
 */
#ifndef CMD_HEAT_MAP_H
#define CMD_HEAT_MAP_H

#include "profile_values.h"

/* argument: "value" or "" for the former, "subsecond" for the latter. */
void heat_map_begin(struct profile_values *values, const char *argument);

/* Print and forget it. False if the output fails. */
bool heat_map_print(struct profile_values *values);

#endif
