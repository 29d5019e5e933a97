/*
 * The bottom line of a picture: where its profile comes from and what it lacks. Example:
 * "./server · box · 2026-11-22 10:00:00Z, 30 s · 12 lost · 3 truncated · 4 profiles".
 */
#ifndef VIEW_ORIGIN_H
#define VIEW_ORIGIN_H

#include "profile/profile.h"

/* Append the known parts of the line. Text of the profile is not escaped. */
void origin_put(struct buf *b, const struct profile *p);

#endif
