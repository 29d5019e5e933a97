/*
 * Locations as in google/pprof: a function with everything inlined into it at one address.
 * (In the dictionary each of these frames has its own row, a loc.) Patterns are evaluated once
 * for each location. The result is the effect on stacks that contain the location, and the
 * frames of it that are kept.
 *
 * As in pprof, a frame that is left out of a location because it is inlined above or below
 * a match is left out of that location in all stacks.
 */
#ifndef QUERY_LOCATION_H
#define QUERY_LOCATION_H

#include "base/vec.h"
#include "query/select/pattern.h"

enum location_flag {
	LOCATION_KNOWN = 1,
	LOCATION_CHANGED = 2,    /* its frames are not the original ones */
	LOCATION_DROPPED = 4,    /* PATTERN_DROP matches its outermost function */
	LOCATION_DROP_BELOW = 8, /* or a function inlined into that one */
	LOCATION_LEAF = 16,      /* its innermost function matches */
	LOCATION_WANTED = 32,    /* by no pattern unwanted */
	LOCATION_IGNORED = 64,
	LOCATION_HIDDEN = 128, /* it has no frames left */
	LOCATION_SHOW_FROM = 256,
	LOCATION_PRUNE_FROM = 512,
	LOCATION_FOCUS = 1024, /* times the bits of the patterns of --focus that match */
};

struct location {
	uint32_t first, n; /* the frames left: in locations.kept, outermost first */
	uint32_t flags;
};

/* Locations of a stack, by number, root first. */
struct location_run VEC_OF(uint32_t);

struct locations {
	struct profile *p;
	struct pattern *pattern;      /* NPATTERN of them; the caller's */
	uint32_t nloc;                /* frames that the dictionary had at the beginning */
	struct location *alone;       /* by frame: the location of this frame alone */
	struct table group;           /* of frames that are inlined into each other */
	VEC(struct location) grouped; /* by group */
	VEC(loc_id) kept;             /* the frames left of locations */
};

void locations_init(struct locations *f, struct profile *p, struct pattern *pattern);

/* Store the locations of a stack in *run. May add frames to the dictionary. */
void locations_find(struct locations *f, stack_id stack, struct location_run *run);

static inline const struct location *location_at(const struct locations *f, uint32_t number)
{
	if (number < f->nloc)
		return &f->alone[number];
	return &f->grouped.v[number - f->nloc];
}

/* The frames left of a location; valid until the next locations_find(). */
static inline const loc_id *location_frames(const struct locations *f,
					    const struct location *location)
{
	return f->kept.v + location->first;
}

void locations_release(struct locations *f);

#endif
