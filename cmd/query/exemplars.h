/*
 * --exemplars: the profiles that make up a spike, those with the largest values, each with a
 * command that prints it.
 */
#ifndef CMD_EXEMPLARS_H
#define CMD_EXEMPLARS_H

#include "cmd/profile_values.h"

/* argument: the number of profiles, or "" for ten. */
void exemplars_begin(struct profile_values *values, const char *argument);

/* Print and forget them. False if the output fails. */
bool exemplars_print(struct profile_values *values);

#endif
