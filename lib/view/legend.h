/* The legend of a differential picture: its totals and its colours. */
#ifndef VIEW_LEGEND_H
#define VIEW_LEGEND_H

#include "view/flame.h"

/* Its height in pixels. No line is wider than a small window. */
int legend_height(const struct evidence *e);

/* Append the legend as an SVG group whose upper left corner is at 0, 0. */
void legend_svg(struct buf *b, const struct flame *f);

/* "base 1.20s -> new 1.30s: +8.33%", with `arrow` between the sides. */
void legend_totals(struct buf *b, const struct flame *f, struct str arrow);

/* "+23.40%", "new", "gone" */
void legend_change(struct buf *b, struct change c);

#endif
