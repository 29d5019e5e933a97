/*
 * The colour of a frame, by its name. Palettes and their rules are those of flamegraph.pl,
 * and inferno's rust and python. "type" shows what kind of code a frame is; "safe" is for readers
 * who cannot distinguish red and green.
 */
#ifndef VIEW_PALETTE_H
#define VIEW_PALETTE_H

#include "view/color.h"
#include "view/shade.h"

/* The i-th palette's name, or NULL after the last. */
const char *palette_name(size_t i);

/* Is it "chain", for which flame_init() calls flame_mark_wakers()? */
bool palette_is_chain(size_t palette);

/*
 * The colour of a name. flags: the LOC_* that all frames of that name have. They count as the
 * annotations (_[k], _[j], _[i]) that palettes look for in names.
 */
struct rgb palette_color(size_t palette, enum shade_by by, struct str name, uint32_t flags);

#endif
