/* The distinct names in a tree, in byte order, with their colours. */
#ifndef VIEW_NAMELIST_H
#define VIEW_NAMELIST_H

#include "analyze/sorted.h"
#include "analyze/tree.h"
#include "view/palette_map.h"
#include "view/view.h"

struct namelist_row {
	struct str text; /* a text of the profile */
	uint32_t id;     /* its str_id */
	uint32_t flags;  /* LOC_* */
	struct rgb color;
};

struct namelist {
	struct namelist_row *row;
	size_t n, cap;
	uint32_t *rank; /* by str_id: the row of the name, if it is used */
	size_t nrank;
};

/*
 * stacks: those of which the tree is, sorted as a tree, if it has not all of their nodes; else
 * NULL. map: colours to keep, to which new ones are added; or NULL.
 */
void namelist_init(struct namelist *l, const struct dictionary *d, const struct tree *t,
		   const struct sorted *stacks, const struct view_options *o,
		   struct palette_map *map);
void namelist_release(struct namelist *l);

/* The row of a name in the tree. */
static inline const struct namelist_row *namelist_find(const struct namelist *l, str_id name)
{
	return &l->row[l->rank[name.i]];
}

static inline uint32_t namelist_rank(const struct namelist *l, str_id name)
{
	return l->rank[name.i];
}

/*
 * Write the names for picture/tree.js, a line each, as the text of <metadata class="names">
 * elements: the number of characters shared with the name before and the colour (24 bits,
 * times 2, plus 1 for white text), both by number_pack(); then the rest of the name, escaped.
 * Only ASCII is shared, so that C and JavaScript count the same characters.
 */
void namelist_write(const struct namelist *l, struct out *out);

#endif
