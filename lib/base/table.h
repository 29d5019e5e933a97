/*
 * Rows of one fixed size, each kept once. Equal rows have equal numbers, so the
 * rest of the program compares numbers.
 *
 * Row 0 is all zero and means "none". A row begins with its key, which decides
 * what is equal; what follows the key is payload that belongs to the row. Key
 * and row sizes are multiples of 8 bytes, and rows have no padding (say so with
 * a _Static_assert beside each row type).
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/index.h"

struct table {
	char *rows;
	uint32_t n; /* rows, row 0 included; 0 only before table_init() */
	uint32_t row_size, key_size;
	size_t cap; /* rows held */
	struct index index;
};

/* Sizes in bytes. Leaves the table with row 0. */
void table_init(struct table *t, uint32_t row_size, uint32_t key_size);

/*
 * The number of the row with row's key; the row is added when there is none. An
 * all-zero key gives 0. Pointers to rows are valid until the next call.
 */
uint32_t table_intern(struct table *t, const void *row);

/*
 * The numbers of n rows that lie one after the other: the same as interning each in
 * turn, but waiting for the memory of many rows at a time.
 */
void table_intern_all(struct table *t, const void *rows, size_t n, uint32_t *number);

/* The same, but never adds: 0 when there is none. */
uint32_t table_find(const struct table *t, const void *row);

/* The same for a row that is known not to be there: it is not looked for. */
uint32_t table_add(struct table *t, const void *row);

/* Ask for the memory that looking a row with this key up will touch first. */
void table_prefetch(const struct table *t, const void *row);

/* Append a row that need not be unique and that no look-up will find; */
uint32_t table_append(struct table *t, const void *row);

/* until it is entered, so that from now on look-ups find it. */
void table_enter(struct table *t, uint32_t i);

static inline void *table_row(const struct table *t, uint32_t i)
{
	return t->rows + (size_t)i * t->row_size;
}

/* Only row 0 stays; memory is kept for the next rows. */
void table_clear(struct table *t);

void table_release(struct table *t);

#endif
