/*
 * The packed form of the tree in a picture, for picture/tree.js.
 *
 * Numbers are written in base 32, the lowest digit first, as the characters of
 * base64 (RFC 4648): a digit's value, plus 32 when another one follows. This is
 * source maps' "base64 VLQ" without a sign.
 *
 * A node is: the number of levels from the node before it up to its parent, times 2, plus 1 if
 * a self value follows (differential: times 4, plus 2 if a base value follows, too); the place
 * of its name; the values, divided by `unit`. Parents come first, siblings in the tree's order.
 */
#ifndef VIEW_PACKED_H
#define VIEW_PACKED_H

#include "analyze/sorted.h"
#include "view/layout.h"
#include "view/namelist.h"

struct packed {
	uint32_t n;    /* nodes written */
	uint64_t unit; /* all values are multiples of this */
};

/* Append v. */
void number_pack(struct buf *b, uint64_t v);

/*
 * Write all nodes that have a width, as the text of <metadata class="tree"> elements. There are
 * several, since parsers limit the length of one.
 */
void packed_write(struct packed *k, struct out *out, const struct layout *l,
		  const struct namelist *names);

/*
 * The same, byte for byte, for the tree of stacks that tree_build_wide() can take. It needs no
 * tree: where a stack differs from the one before, its nodes begin.
 */
void packed_write_stacks(struct packed *k, struct out *out, const struct sorted *s,
			 const struct namelist *names);

#endif
