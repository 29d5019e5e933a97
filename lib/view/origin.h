/*
 * The bottom line of a picture: where its profile comes from and what it lacks. "./server ·
 * box · 2026-11-22 10:00:00Z, 30 s · 12 lost · 3 truncated · 4 profiles"
 */
#ifndef VIEW_ORIGIN_H
#define VIEW_ORIGIN_H

#include "profile/profile.h"

/* Append it: the parts that are known. Text of the profile is as it is, not escaped. */
void origin_put(struct buf *b, const struct profile *p);

#endif
