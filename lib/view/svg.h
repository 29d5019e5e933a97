/* The parts of the SVG view, in the order in which they are written. */
#ifndef VIEW_SVG_H
#define VIEW_SVG_H

#include "io/json.h"
#include "view/flame.h"
#include "view/namelist.h"
#include "view/packed.h"

/* In pixels: the margin, and the initial width of fluid pictures. */
enum { SVG_PAD = 12, SVG_WIDTH = 1200 };

/* The pixels of the boxes' whole width. */
double svg_pixels(const struct view_options *o);

struct svg {
	struct out *out;
	const struct view_options *o;
	struct flame flame;
	struct namelist names;
	struct packed packed;
	struct str title;
	struct buf titled; /* the title's bytes, if no option set it */
	struct buf origin; /* see origin.h; empty if nothing is known */
	double width;      /* of the picture, in pixels */
	uint32_t rows;     /* of boxes in the first view */
	bool down;         /* the first view has the root at the top */
	double least;      /* the narrowest box in the first view, in values */
	double top;        /* the top of the boxes, in pixels */
	double per;        /* pixels per value */
};

/*
 * Prepare the picture of the profile's column o->col; `flame` must be initialized. map: colours
 * to keep, or NULL. svg_release() releases everything but the flame.
 */
void svg_init(struct svg *s, struct palette_map *map);
void svg_release(struct svg *s);

/*
 * Write the style sheet of first view and legend. Elements of the selector, and all within
 * them, have the colours for a light or a dark background, by their class: dark, light, auto.
 */
void svg_styles(const struct svg *s, struct str selector);

/* The <svg> tag, its title and its notes. */
void svg_head(const struct svg *s);

/* The legend and the first view; no </svg>. */
void svg_first_view(const struct svg *s);

/* The units of p's column col, for scripts: [[factor, name], ...]. */
void svg_units(struct json *j, const struct profile *p, uint32_t col, bool renamed);

/* The verdicts, for scripts: the members "findings", "moves" and "blame". */
void svg_evidence(struct json *j, const struct flame *f);

/* The boxes of the first view, for readers without script. */
void svg_still(const struct svg *s);

/* <metadata class="conf">: JSON for picture/document.js. */
void svg_conf(const struct svg *s);

#endif
