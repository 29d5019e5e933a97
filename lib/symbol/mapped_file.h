/* A mapped file, with what each symbolizer that understands it made of it. */
#ifndef SYMBOL_MAPPED_FILE_H
#define SYMBOL_MAPPED_FILE_H

#include "symbol/symbolizer.h"

struct mapped_file {
	void *with[SYMBOLIZERS]; /* by row of the table; NULL: it has nothing to say */
};

/*
 * The symbolizers that understand mappings of that name, of whose file `head` is the
 * beginning: a bit for each row of the table.
 */
uint32_t symbolizers_for(struct str name, struct str head);

/* The first bytes of a file, which `head` has room for; empty when fd is -1. */
struct str file_head(int fd, char head[static 64]);

/*
 * Open it with the symbolizers of `rows` that understand it. What the user should know is
 * appended to *notes, a line each. mapped_file_close() frees what was opened.
 */
void mapped_file_open(struct mapped_file *m, const struct symbol_file *file, uint32_t rows,
		      struct buf *notes);
void mapped_file_close(struct mapped_file *m);

/* Append the frames at an address, outermost first; false when no symbolizer knows it. */
bool mapped_file_find(const struct mapped_file *m, struct symbol_place at, struct buf *frames);

#endif
