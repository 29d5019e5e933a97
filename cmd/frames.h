/*
 * Options for the names and order of frames, shared by prof-fold and prof-flame; prof-query
 * has some of them.
 */
#ifndef CMD_FRAMES_H
#define CMD_FRAMES_H

#include "cli/opt.h"
#include "profile/profile.h"

extern const struct opt frame_options[], name_options[];

/* Rewrite the frames of p as these options say. */
void rewrite_frames(struct profile *p);

/*
 * Likewise, with the options of prof-query: names and inlined frames before the filters, so that
 * these match what is shown; granularity after them. simplify: simplify names by default.
 */
void rewrite_names(struct profile *p);
void rewrite_granularity(struct profile *p, bool simplify);

/* Exit with a usage error if one of these options is given to a report (or NULL) about times. */
void frames_check_options(const char *report);

/*
 * Append options with which prof-query shows the stacks and names that rewrite_frames() makes of
 * the profile: words for a shell. Options that prof-query does not have are left out.
 */
void frames_put_query_options(struct buf *b, const struct profile *p);

#endif
