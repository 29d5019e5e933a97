/*
 * Memory that is freed all at once: the bytes of a profile's strings.
 * A zeroed struct arena is empty and ready.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena {
	struct arena_block *block; /* the newest, which is being filled */
	size_t at, cap;            /* bytes used and held in it */
};

/* Copies s, with a NUL after it; the copy lives until arena_release(). */
struct str arena_str(struct arena *, struct str s);

void arena_release(struct arena *);

#endif
