/* The parts of the SVG view, in the order in which they are written. */
#ifndef VIEW_SVG_H
#define VIEW_SVG_H

#include "io/json.h"
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
	struct buf titled; /* the title's bytes, when no option gave it */
	struct buf origin; /* see origin.h; empty if nothing is known */
	double width;      /* of the picture, in pixels */
	uint32_t rows;     /* of boxes that the first view shows */
	double least;      /* the narrowest box that it shows, in values */
	double top;        /* where the boxes begin, in pixels */
	double per;        /* pixels for a value */
};

/*
 * For the profile's column o->col, once `flame` is made; map: colours to keep, or NULL.
 * svg_release() releases what it made, but
 * not the flame.
 */
void svg_init(struct svg *s, struct palette_map *map);
void svg_release(struct svg *s);

/*
 * The style sheet of first view and legend. Elements of the selector, and all within them, have
 * the colours of a light or a dark ground, by their class: dark, light, or auto.
 */
void svg_styles(const struct svg *s, struct str selector);

/* The <svg> tag, its title and its notes. */
void svg_head(const struct svg *s);

/* The legend and the first view; no </svg>. */
void svg_first_view(const struct svg *s);

/* The units of p's column col, for scripts: [[how many, name], ...]. */
void svg_units(struct json *j, const struct profile *p, uint32_t col, bool renamed);

/* What was found, for scripts: the members "findings", "moves" and "blame". */
void svg_evidence(struct json *j, const struct flame *f);

/* The boxes of the first view, for readers without script. */
void svg_still(const struct svg *s);

/* <metadata class="conf">: JSON for picture/document.js. */
void svg_conf(const struct svg *s);

#endif
