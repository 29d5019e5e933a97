/*
 * From locations without a name to a table that has their names: files are opened, and
 * what the table does not know of them is asked for.
 */
#ifndef SYMBOL_FIND_NAMES_H
#define SYMBOL_FIND_NAMES_H

#include "symbol/mapped_file.h"
#include "symbol/name_table.h"

/*
 * The kernel's own list of its functions. It is the kernel's word, and takes long to be
 * read, so it is read in this process, and kept.
 */
struct kernel_names {
	bool read;    /* it was tried */
	void *list;   /* of symbolizer_kallsyms; NULL: it is hidden */
	uint32_t age; /* rounds since it was read */
};

struct symbols {
	struct symbol_options options;
	struct name_table names;
	struct kernel_names kernel;
	struct strings said; /* lines that the user has read */
};

/* A location without a name. */
struct wanted {
	uint32_t file, build_id; /* of its mapping: strings of the profile */
	uint32_t map, loc;
	uint64_t addr;
	uint32_t binary; /* in the table of names; 0: there is nothing to be asked */
	uint32_t rows;   /* the symbolizers that understand it */
};

/* Where the location is in its file, as symbolizers want it. */
struct symbol_place wanted_place(const struct profile *p, const struct wanted *w);

/*
 * List the locations of p that have an address and no function, as a list of struct
 * wanted, and have the table of names know what can be known of them. Counts files, those
 * that are missing, and the CPU time of children; appends what the user should know.
 */
void find_names(struct symbols *s, const struct profile *p, struct buf *wanted,
		struct symbol_counts *counts, struct buf *notes);

#endif
