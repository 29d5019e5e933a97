/*
 * Fills the table of names: lists the locations without a name, opens their files, and asks the
 * naming child for the names that are not in the table yet.
 */
#ifndef SYMBOL_FIND_NAMES_H
#define SYMBOL_FIND_NAMES_H

#include "symbol/kernel_image.h"
#include "symbol/mapped_file.h"
#include "symbol/name_table.h"

/*
 * The kernel's list of its functions. It is trusted, and reading it is slow, so this process
 * reads it once and keeps it.
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
	uint32_t image;  /* for the kernel: the number of its image, with lines; 0 = none */
};

/* The location in the form that symbolizers take. */
struct symbol_place wanted_place(const struct profile *p, const struct wanted *w);

/* An address of the kernel, in its image. */
struct symbol_place image_place(const struct symbols *s, uint64_t absolute);

/*
 * Makes a list of struct wanted with the locations of p that have an address and no function, and
 * enters the names that can be found into the table. Counts files, missing files and the CPU time
 * of children; appends notes for the user.
 */
void find_names(struct symbols *s, const struct profile *p, struct buf *wanted,
		struct symbol_counts *counts, struct buf *notes);

#endif
