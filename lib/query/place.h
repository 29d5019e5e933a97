/*
 * Places: what google/pprof calls locations, a function with all that is inlined
 * into it at one address. Patterns are evaluated once for each place, and say what
 * it means for stacks that it is in and which of its own frames are left.
 *
 * As in pprof, frames that are left out of a place because they are inlined above
 * or below a match are left out of it in all stacks.
 */
#ifndef QUERY_PLACE_H
#define QUERY_PLACE_H

#include "query/pattern.h"

enum place_flag {
	PLACE_KNOWN = 1,
	PLACE_CHANGED = 2,    /* what is left of it is not what it was */
	PLACE_DROPPED = 4,    /* PATTERN_DROP matches its outermost function */
	PLACE_DROP_BELOW = 8, /* or one that is inlined into that */
	PLACE_LEAF = 16,      /* its innermost function matches */
	PLACE_FOCUSED = 32,
	PLACE_IGNORED = 64,
	PLACE_HIDDEN = 128, /* nothing is left of it */
	PLACE_SHOW_FROM = 256,
	PLACE_PRUNE_FROM = 512,
};

struct place {
	uint32_t first, n; /* what is left: in places.kept, outermost frame first */
	uint32_t flags;
};

struct places {
	struct profile *p;
	struct pattern *pattern; /* NPATTERN of them; the caller's */
	uint32_t nloc;           /* locations when this began */
	struct place *alone;     /* by location: the place that is that frame */
	struct table group;      /* of frames that are inlined into each other */
	struct buf grouped;      /* struct place, by group */
	struct buf kept;         /* loc_id: what is left of places */
};

void places_init(struct places *f, struct profile *p, struct pattern *pattern);

/*
 * The places of a stack, root first: their numbers (uint32_t) replace the contents
 * of *run. May add locations to the profile.
 */
void places_find(struct places *f, stack_id stack, struct buf *run);

static inline const struct place *place_at(const struct places *f, uint32_t number)
{
	if (number < f->nloc)
		return &f->alone[number];
	return (const struct place *)f->grouped.p + (number - f->nloc);
}

/* What is left of a place; valid until the next places_find(). */
static inline const loc_id *place_frames(const struct places *f, const struct place *place)
{
	return (const loc_id *)f->kept.p + place->first;
}

void places_release(struct places *f);

#endif
