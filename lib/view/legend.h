/* What a differential picture says of itself: its totals and its colours. */
#ifndef VIEW_LEGEND_H
#define VIEW_LEGEND_H

#include "view/evidence.h"

/* Its height in pixels. No line is wider than a small window. */
int legend_height(const struct evidence *e);

/* Append the legend as an SVG group whose upper left corner is at 0, 0. */
void legend_svg(struct buf *b, const struct layout *l, const struct evidence *e,
		const struct view_options *o, struct str countname);

/* "base 1,000 -> new 1,234 samples: +23.40%", with `arrow` between the sides. */
void legend_totals(struct buf *b, const struct layout *l, const struct view_options *o,
		   struct str countname, struct str arrow);

/* "+23.40%", "new", "gone" */
void legend_change(struct buf *b, struct change c);

#endif
