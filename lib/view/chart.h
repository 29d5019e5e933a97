/*
 * A chart over time as SVG: lines, or cells of a heat map. It has no script and is as wide as
 * its window. The colours of background and text are those of flame.css, light or dark.
 */
#ifndef VIEW_CHART_H
#define VIEW_CHART_H

#include "base/buf.h"
#include "base/vec.h"

struct chart_point {
	int64_t time; /* ns: the beginning of its step */
	double value;
};

struct chart_line {
	struct str name; /* empty: no name */
	struct chart_point *v;
	size_t n, cap;
};

/* A cell of a heat map: one step from a time on, between two values. */
struct chart_cell {
	int64_t time;
	double low, high;
	double share; /* of the fullest cell: 0 to 1 */
	double count; /* for the tooltip */
};

struct chart {
	struct str title;
	int64_t step;   /* ns; points farther apart are not joined */
	bool is_offset; /* times are ns since a beginning, not since 1970 */
	double scale;   /* a round number of values, as 1e9 for ns */
	void (*put)(void *context, struct buf *b, double v); /* append a value for people */
	void *context;
	bool from_zero; /* the axis begins at 0, or below */
};

/* Append the document. Points of a line are in order of time. */
void chart_lines(struct buf *b, const struct chart *c, const struct chart_line *line, size_t n);
void chart_cells(struct buf *b, const struct chart *c, const struct chart_cell *cell, size_t n);

#endif
