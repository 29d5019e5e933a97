/* A check of a profile's invariants, for tests and fuzzers. */
#ifndef PROFILE_CHECK_H
#define PROFILE_CHECK_H

#include "profile/profile.h"

/* NULL when all hold, else what is wrong. */
const char *profile_check(const struct profile *p);

#endif
