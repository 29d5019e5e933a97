/*
 * Items: the units that are compared. An item is a function, a module, a source file, or,
 * with BY_PATH, a node of the call tree. Every frame belongs to one item; a stack is a
 * list of items, in which a recursive one occurs once.
 *
 * Names are simplified (name_simplify()), so that a function that the compiler cloned or
 * numbered differently is the same item in both builds.
 */
#ifndef COMPARE_ITEMS_H
#define COMPARE_ITEMS_H

#include "compare/matrix.h"

struct item {
	str_id name;  /* for a path, of the last frame */
	bool ignored; /* not tested; its samples count in its callers */
	bool changed; /* touched by the author's change */
	loc_id where; /* the frame with the most samples */
};

struct items {
	struct profile *p;
	enum item_by by;
	struct str root;   /* the directory of the author's code */
	struct item *item; /* item 0 is none */
	uint32_t n;
	size_t cap;
	uint32_t *of_loc; /* by location; with BY_PATH, its function */
	/* With BY_PATH, items are nodes, and a parent's number is less than its children's. */
	uint32_t *parent; /* by item; 0 = it is a root */
	uint32_t *leaf;   /* by stack */
	uint32_t nloc, nstack;
	/* Scratch. */
	uint32_t *seen; /* by item: the last `look` that saw it */
	uint32_t look;
	struct buf list; /* uint32_t */
};

/* Find the items of all stacks that have entries. May add strings to p. */
void items_init(struct items *t, struct profile *p, const struct matrix *m,
		const struct options *o);

void items_release(struct items *t);

/*
 * The distinct items of a stack, from the leaf's to the root's. Valid until the next call. A
 * stack without frames has the item "[unknown]".
 */
const uint32_t *items_of(struct items *t, uint32_t stack, size_t *n);

/* Append the item's name; for a path, all of its names, joined by ';'. */
void items_name(const struct items *t, uint32_t item, struct buf *name);

/* The function's source file and line, as far as they are known. */
struct str items_file(const struct items *t, uint32_t item, uint32_t *line);

/*
 * Is it the author's code: in a file below the root, or with a relative name? (Names such as
 * "./csu/../x.h" do not count: distributions name the files of their C library so.)
 */
bool items_is_own(const struct items *t, uint32_t item);

/* The file, relative to the root. */
struct str items_file_from_root(const struct items *t, struct str file);

#endif
