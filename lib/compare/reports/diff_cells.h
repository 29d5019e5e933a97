/*
 * The table of listed rows, as cells, for text, Markdown and HTML. All rows have the same unit
 * of costs, which is in the heads.
 */
#ifndef REPORTS_DIFF_CELLS_H
#define REPORTS_DIFF_CELLS_H

#include "compare/compare.h"

enum { CELLS = 10 };

/* By cell: is it a number, which is aligned right? */
extern const bool cells_right[CELLS];

struct cells {
	const struct comparison *c;
	size_t longest;    /* most columns of a name or path; longer ones are cut in the middle */
	struct str unit;   /* of costs */
	struct buf shown;  /* the unit in which costs are shown; empty for none */
	struct str common; /* the first frames that all paths share, which are left out */
	struct buf text;   /* of the cells, each ended by a NUL */
};

/* longest: 0 to cut nothing. */
void cells_begin(struct cells *t, const struct comparison *c, size_t longest);
void cells_end(struct cells *t);

/* The cells of the heads or of a row; valid until the next call. */
const struct buf *cells_heads(struct cells *t);
const struct buf *cells_row(struct cells *t, const struct row *r);

/*
 * Draw the first `shown` rows, then the others up to `most` in an HTML <details>, which
 * Markdown allows, too.
 */
struct cells_style {
	size_t shown, most;
	size_t longest; /* as for cells_begin() */
	void (*put_rows)(struct buf *b, struct cells *t, size_t from, size_t to);
	const char *gap; /* before markup: Markdown wants an empty line */
};

void cells_draw(struct buf *b, const struct comparison *c, const struct cells_style *style);

#endif
