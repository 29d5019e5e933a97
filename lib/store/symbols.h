/*
 * The rows of a dictionary as bytes: strings, functions, mappings, locations, labels and
 * label sets ("symbols"), and stacks. A log writes the rows that each record adds, a block
 * all rows of a group.
 *
 * The bytes have the row numbers of the writer's dictionary. The reader enters the rows into
 * its own dictionary; struct row_numbers maps each number to its row there.
 */
#ifndef STORE_SYMBOLS_H
#define STORE_SYMBOLS_H

#include "base/vec.h"
#include "profile/dictionary.h"
#include "store/varint.h"

/* How many rows of each table have been written. */
struct symbols_mark {
	uint32_t str, func, map, loc, label, label_set, stack;
	uint64_t map_check; /* of the mappings as written: their contents may change */
};

/* The mark of an empty dictionary. */
struct symbols_mark symbols_mark_begin(void);

/* Append the rows after *mark, which moves on. */
void symbols_put(struct buf *b, const struct dictionary *d, struct symbols_mark *mark);
void stacks_put(struct buf *b, const struct dictionary *d, struct symbols_mark *mark);

/* Rows of the reader's dictionary, by number in the bytes. Number 0 is row 0. */
struct row_numbers {
	VEC(str_id) str;
	VEC(func_id) func;
	VEC(map_id) map;
	VEC(loc_id) loc;
	VEC(label_id) label; /* rows of dict->label: see symbols_get() */
	VEC(label_set_id) label_set;
	VEC(stack_id) stack;
	VEC(loc_id) frames; /* scratch: frames of the last stack */
};

void row_numbers_begin(struct row_numbers *n); /* also to begin again */
void row_numbers_release(struct row_numbers *n);

/* Enter the rows into d and append their numbers. False if the bytes are malformed. */
bool symbols_get(struct cursor *c, struct dictionary *d, struct row_numbers *n);

/*
 * The same for stacks. wanted: by number, for n numbers, whether the stack is to be entered;
 * the others become 0. NULL: enter all.
 */
bool stacks_get(struct cursor *c, struct dictionary *d, struct row_numbers *n,
		const uint8_t *wanted, size_t nwanted);

#endif
