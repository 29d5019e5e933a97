/*
 * Filling the table of names: list the locations without a name, open their files, and
 * ask the naming child for the names that the table does not have yet.
 */
#ifndef SYMBOL_FIND_NAMES_H
#define SYMBOL_FIND_NAMES_H

#include "symbol/kernel_image.h"
#include "symbol/mapped_file.h"
#include "symbol/name_table.h"

/*
 * The kernel's list of its functions. It is trusted, and reading it takes long, so this
 * process reads it, and keeps it.
 */
struct kernel_names {
	bool read;    /* reading was tried */
	void *list;   /* of symbolizer_kallsyms; NULL = the addresses are hidden */
	uint32_t age; /* rounds since it was read */
	struct kernel_image image;
};

struct symbols {
	struct symbol_options options;
	struct name_table names;
	struct kernel_names kernel;
	struct strings reported; /* notes that were given already */
};

/* A location without a name. */
struct wanted {
	uint32_t file, build_id; /* of its mapping: strings of the profile */
	uint32_t map, loc;
	uint64_t addr;
	uint32_t binary; /* its number in the table of names; 0 = it cannot have a name */
	uint32_t rows;   /* the symbolizers for it, a bit for each row of the table */
	uint32_t image;  /* of the kernel: another binary that has lines; 0 = there is none */
};

/* The location as symbolizers take it. */
struct symbol_place wanted_place(const struct profile *p, const struct wanted *w);

/* An address of the kernel, in its image. */
struct symbol_place image_place(const struct symbols *s, uint64_t absolute);

/*
 * Make a list of struct wanted with the locations of p that have an address and no
 * function, and enter their names into the table, as far as they can be found. Counts
 * files, missing files and the CPU time of children; appends notes for the user.
 */
void find_names(struct symbols *s, const struct profile *p, struct buf *wanted,
		struct symbol_counts *counts, struct buf *notes);

#endif
