/* The options of prof-query that choose samples and frames. */
#ifndef CMD_FILTERS_H
#define CMD_FILTERS_H

#include "cli/opt.h"
#include "query/select/filter.h"

extern const struct opt filter_options[];

/* Fill in a zeroed filter from the options. Exits if a pattern is malformed. */
void parse_filters(struct filter *f);

/* Filter p, and note which patterns matched nothing. False, with an error message, on failure. */
bool apply_filters(struct filter *f, struct profile *p);

/*
 * Leave out the frames that the profile itself asks to drop, unless --all-frames is given. The
 * option is in own_frames_options, too. False, with an error message, on failure.
 */
extern const struct opt own_frames_options[];
bool drop_own_frames(struct profile *p);

#endif
