/*
 * Points in time as people give them:
 *
 *	2026-11-28T09:00:00Z, 2026-11-28T09:00:00.5+01:00   RFC 3339; a blank may replace T
 *	2026-11-28, 2026-11-28T09:00                        in the local time zone
 *	09:00, 09:00:30                                     of today, in the local time zone
 *	now, now-2h30m, now+10m                             units: ns us ms s m h d w
 *	@1795907618                                         since 1970: up to 11 digits are
 *	                                                    seconds, 14 ms, 17 us, 20 ns
 *
 * Local times that clocks skip are the moment of the skip; those that they show twice, other than
 * midnight, are errors. Times are ns since 1970.
 */
#ifndef BASE_WHEN_H
#define BASE_WHEN_H

#include "base/buf.h"

int64_t when_now(void);

/* ns of CLOCK_MONOTONIC, which nobody sets: for lengths of time, and for records of perf. */
int64_t monotonic_ns(void);

/* The point in time that a text means. False with what is wrong appended to *error. */
bool when_parse(struct str text, int64_t now, int64_t *ns, struct buf *error);

/* Append a time, ns since 1970, in RFC 3339, UTC, to the second: 2026-11-29T08:00:00Z. */
void when_print(struct buf *b, int64_t ns);

/* The same for people: local time, 2026-11-29 08:00:00. */
void when_print_local(struct buf *b, int64_t ns);

/* The same two with the fraction of the second, unless it is 0: 2026-11-29T08:00:00.25Z. */
void when_print_exact(struct buf *b, int64_t ns);
void when_print_local_exact(struct buf *b, int64_t ns);

/* "30d", "2h30m", "1w", "90": a length of time; a bare number is seconds. */
bool when_duration(struct str text, uint64_t *ns);

#endif
