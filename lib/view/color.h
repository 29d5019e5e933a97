/* Colours: parsing and printing them, and the text colour that is legible on each. */
#ifndef VIEW_COLOR_H
#define VIEW_COLOR_H

#include "base/buf.h"

struct rgb {
	uint8_t r, g, b;
};

/* Parse "#rrggbb" or "rgb(1,2,3)". False if the slice is anything else. */
bool rgb_parse(struct str s, struct rgb *c);

/* Append "#rrggbb". */
void rgb_put(struct buf *b, struct rgb c);

static inline bool rgb_eq(struct rgb a, struct rgb b)
{
	return a.r == b.r && a.g == b.g && a.b == b.b;
}

/*
 * Is white text easier to read on this colour than black text? The better of the two has a
 * contrast of at least 4.5 to 1 (WCAG 2, level AA).
 */
bool rgb_wants_white(struct rgb c);

#endif
