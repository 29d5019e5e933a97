/*
 * The names of all frames of a dictionary, by which stacks are sorted, merged and counted. They
 * are computed once, which adds strings to the dictionary; afterwards it is only read.
 */
#ifndef ANALYZE_FRAME_NAMES_H
#define ANALYZE_FRAME_NAMES_H

#include "profile/dictionary.h"

/* Returns the name of a frame: dict_frame_name(), or a function of a writer. */
typedef str_id frame_namer(struct dictionary *d, loc_id loc);

struct frame_names {
	str_id *of; /* by location; [0] is 0 */
	uint32_t n; /* locations */
};

void frame_names_init(struct frame_names *names, struct dictionary *d, frame_namer *namer);
void frame_names_release(struct frame_names *names);

static inline str_id frame_name(const struct frame_names *names, loc_id loc)
{
	return names->of[loc.i];
}

#endif
