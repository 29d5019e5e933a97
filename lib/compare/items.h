/*
 * Items: the units that are compared. An item is a function, a module, a source file, or,
 * with BY_PATH, a node of the call tree. Every frame belongs to one item; a stack is a
 * list of items, in which a recursive one occurs once.
 *
 * Names are made comparable first, so that a function that the compiler cloned or
 * numbered differently (name_simplify()) is one item in both builds.
 */
#ifndef COMPARE_ITEMS_H
#define COMPARE_ITEMS_H

#include "compare/matrix.h"

struct item {
	str_id name;  /* of the last frame, for a path */
	bool ignored; /* not tested; its samples count in its callers */
	bool changed; /* touched by the change at hand */
	loc_id where; /* the frame with most samples */
};

struct items {
	struct profile *p;
	enum item_by by;
	struct str root;   /* the directory of the author's code */
	struct item *item; /* item 0 is none */
	uint32_t n;
	size_t cap;
	uint32_t *of_loc; /* by location; with BY_PATH the function there */
	/* with BY_PATH: items are nodes, and a parent is before its children */
	uint32_t *parent; /* by item; 0 = it is a root */
	uint32_t *leaf;   /* by stack */
	uint32_t nloc, nstack;
	/* scratch */
	uint32_t *seen; /* by item: the number of the last look at it */
	uint32_t look;
	struct buf list; /* uint32_t */
};

/* Finds the items of all stacks that have entries. p may get more strings. */
void items_init(struct items *t, struct profile *p, const struct matrix *m,
		const struct options *o);

void items_release(struct items *t);

/*
 * The items of a stack, each once: the leaf's first, the root's last. Valid until
 * the next call. A stack without frames has one, "[unknown]".
 */
const uint32_t *items_of(struct items *t, uint32_t stack, size_t *n);

/* The item's name; of a path all of its names, joined by ';'. */
void items_name(const struct items *t, uint32_t item, struct buf *name);

/* Where in the source it is: the function's file and line, as far as is known. */
struct str items_file(const struct items *t, uint32_t item, uint32_t *line);

/*
 * Is it code of the author's: in a file below the root, or with a relative name? ("./csu/../x.h"
 * is how distributions name the files of their C library.)
 */
bool items_is_own(const struct items *t, uint32_t item);

/* The file as seen from the root. */
struct str items_file_from_root(const struct items *t, struct str file);

#endif
