/*
 * --exemplars: the profiles behind a spike. Those with the largest values, each with a
 * command that gets it.
 */
#ifndef CMD_EXEMPLARS_H
#define CMD_EXEMPLARS_H

#include "profile_values.h"

/* argument: how many, or "" for ten. */
void exemplars_begin(struct profile_values *values, const char *argument);

/* Print and forget them. False if the output fails. */
bool exemplars_print(struct profile_values *values);

#endif
