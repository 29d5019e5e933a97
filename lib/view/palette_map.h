/*
 * flamegraph.pl's palette.map, which keeps colours the same in several pictures: a line
 * "name->rgb(r,g,b)" for each name.
 */
#ifndef VIEW_PALETTE_MAP_H
#define VIEW_PALETTE_MAP_H

#include "base/strings.h"
#include "view/color.h"

struct palette_map {
	struct strings names;
	struct rgb *color; /* by number of the name */
	size_t cap;
};

void palette_map_init(struct palette_map *m);
void palette_map_release(struct palette_map *m);

/* The colour of that name, or NULL. */
const struct rgb *palette_map_find(const struct palette_map *m, struct str name);

/* Set the colour of a name; a known name keeps its place. */
void palette_map_set(struct palette_map *m, struct str name, struct rgb color);

/*
 * Read a file; a missing one counts as empty. False, with a message appended to *error, if it
 * cannot be read or is malformed.
 */
bool palette_map_read(struct palette_map *m, const char *path, struct buf *error);

/* Write all names in byte order. False with a message, as above. */
bool palette_map_write(const struct palette_map *m, const char *path, struct buf *error);

#endif
