/*
 * The files that mappings are of, with what the symbolizers made of each: kept from
 * round to round as long as they are of use.
 */
#ifndef SYMBOL_MAPPED_FILES_H
#define SYMBOL_MAPPED_FILES_H

#include "base/strings.h"
#include "symbol/symbolizer.h"

enum { SYMBOLIZERS = 5 };

struct mapped_file {
	struct str name, build_id; /* what it is found by */
	uint64_t identity[4];      /* device, inode, size, time of the last change */
	bool present;              /* a file, or something that stands for it, was there */
	uint32_t used;             /* in which round it last was */
	void *with[SYMBOLIZERS];   /* by row; NULL: it has nothing to say */
	bool off[SYMBOLIZERS];     /* not to be asked in this round */
};

struct mapped_files {
	const struct symbol_options *options;
	struct mapped_file **all;
	size_t n, cap;
	struct strings said; /* what was noted already */
	uint32_t round;
};

void mapped_files_init(struct mapped_files *f, const struct symbol_options *options);
void mapped_files_release(struct mapped_files *f);

/* A round begins; it ends: what two rounds had no use for is closed. */
void mapped_files_begin(struct mapped_files *f);
void mapped_files_end(struct mapped_files *f);

/*
 * The file of a mapping of p, opened if it is not; never NULL. What there is to be
 * said is appended to *notes, a line each, and only once.
 */
struct mapped_file *mapped_files_get(struct mapped_files *f, const struct profile *p, map_id map,
				     struct buf *notes);

/* Append the frames at an address, outermost first; false when no symbolizer knows it. */
bool mapped_file_find(struct mapped_file *file, struct symbol_place at, struct buf *frames);

/* That was all: what it takes to answer is made small. */
void mapped_file_rest(struct mapped_file *file);

#endif
