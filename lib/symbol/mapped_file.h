/* A mapped file, opened by each symbolizer that understands it. */
#ifndef SYMBOL_MAPPED_FILE_H
#define SYMBOL_MAPPED_FILE_H

#include "symbol/symbolizer.h"

struct mapped_file {
	void *with[SYMBOLIZERS]; /* by row of the table; NULL = not opened by this one */
};

/*
 * The symbolizers for mappings of this name whose file begins with `head`: a bit for each
 * row of the table.
 */
uint32_t symbolizers_for(struct str name, struct str head);

/* Read the first bytes of a file into `head`; the slice is empty if fd is -1. */
struct str file_head(int fd, char head[static 64]);

/*
 * Open the file with the symbolizers of `rows` that understand it. Notes for the user are
 * appended to *notes, one per line. mapped_file_close() frees what was opened.
 */
void mapped_file_open(struct mapped_file *m, const struct symbol_file *file, uint32_t rows,
		      struct buf *notes);
void mapped_file_close(struct mapped_file *m);

/* Append the frames at an address, outermost first; false if no symbolizer finds any. */
bool mapped_file_find(const struct mapped_file *m, struct symbol_place at, struct buf *frames);

#endif
