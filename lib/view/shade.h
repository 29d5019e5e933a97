/* Mapping a name to a position in a range of colours. */
#ifndef VIEW_SHADE_H
#define VIEW_SHADE_H

#include "base/str.h"

/* The property of the name that decides; nothing else does. */
enum shade_by {
	SHADE_BY_SUM,    /* flamegraph.pl's default: the sum of its characters */
	SHADE_BY_HASH,   /* its --hash: similar names have similar colours */
	SHADE_BY_RANDOM, /* its --random, but the same in every run */
};

/* Three numbers from 0 to 1; by sum all three are the same, by hash the last two. */
void shade(double to[3], enum shade_by by, struct str name);

#endif
