/*
 * The data of a flame graph: the call tree of a column, the layout of its boxes, and the
 * verdicts about its changes.
 */
#ifndef VIEW_FLAME_H
#define VIEW_FLAME_H

#include "analyze/sorted.h"
#include "view/evidence.h"
#include "view/layout.h"

struct flame {
	struct profile *p;
	const struct view_options *o;
	struct tree tree;
	bool has_stacks; /* the tree has only what is drawn: all stacks are in `stacks` */
	struct sorted stacks;
	struct layout layout;
	struct evidence evidence;
	struct str countname; /* the name of values */
	struct str unit;      /* of values; empty: they are plain numbers */
};

/*
 * Build the flame of p's column o->col. p and o must outlive it, and it must not be moved. Sets
 * *r as far as known. False if there is nothing to draw; the caller releases the flame in both
 * cases.
 */
bool flame_init(struct flame *f, struct profile *p, const struct view_options *o,
		struct view_result *r);
/*
 * The same where, if possible, the tree is without the callees of nodes that are too narrow for a
 * picture of that many pixels; f->stacks has them.
 */
bool flame_init_drawn(struct flame *f, struct profile *p, const struct view_options *o,
		      struct view_result *r, double pixels);
/*
 * The same with all stacks that have a value in any column. node[stack], by stack_id,
 * becomes the tree's node where the stack ends; it has room for the dictionary's stacks.
 */
bool flame_init_all(struct flame *f, struct profile *p, const struct view_options *o,
		    struct view_result *r, uint32_t *node);
void flame_release(struct flame *f);

/*
 * Append a value of the column for people: "3.23s" or "512kB" in a suitable unit, if the column
 * has a unit and the user has not renamed it; else "1,234 samples".
 */
void flame_put_value(const struct flame *f, struct buf *b, double v);
/* Append the name of values that have no unit, which follows the value v: " samples", " sample". */
void flame_put_countname(const struct flame *f, struct buf *b, double v);

/* Append the first 120 bytes of the recorded command, if it is known. */
void flame_put_command(const struct flame *f, struct buf *b);

/* Append the picture's total: "3.23s of cpu", "1,234 samples". */
void flame_put_total(const struct flame *f, struct buf *b);

/*
 * Chain graphs (flamegraph.pl's "chain" palette): stacks joined by frames called
 * "--", the blocked one first. Mark the frames of the stacks that woke it with "_[w]".
 */
void flame_mark_wakers(struct tree *t, struct dictionary *d);

#endif
