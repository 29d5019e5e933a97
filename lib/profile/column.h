/*
 * The values of samples, a column for each sample type.
 */
#ifndef PROFILE_COLUMN_H
#define PROFILE_COLUMN_H

#include "profile/profile.h"

/* Free the values of one of the profile's columns. */
void column_release(const struct profile *p, struct column *c);

#endif
