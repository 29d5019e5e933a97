/* The parts of the SVG view, in the order in which they are written. */
#ifndef VIEW_SVG_H
#define VIEW_SVG_H

#include "view/flame.h"
#include "view/namelist.h"
#include "view/packed.h"

/* In pixels: around everything, and the width that fluid pictures begin with. */
enum { SVG_PAD = 12, SVG_WIDTH = 1200 };

struct svg {
	struct out *out;
	const struct view_options *o;
	struct flame flame;
	struct namelist names;
	struct packed packed;
	struct str title;
	double width;  /* of the picture, in pixels */
	uint32_t rows; /* of boxes that the first view shows */
	double least;  /* the narrowest box that it shows, in values */
	double top;    /* where the boxes begin, in pixels */
	double per;    /* pixels for a value */
};

/* The boxes of the first view, for readers without script. */
void svg_still(const struct svg *s);

/* <metadata class="conf">: JSON for flame.js. */
void svg_conf(const struct svg *s);

#endif
