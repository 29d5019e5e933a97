/*
 * What one naming child leaves for the next: sections of debugging information that it had to
 * decompress, and the list of addresses that each unit has. Reading those is most of what naming
 * costs in a window of a continuous recording, in which few addresses are new.
 *
 * It is memory that the program maps before it forks its children, and never looks into: a child
 * that was taken over can only deceive later children, which are no more trusted, with names as
 * wrong as it could have sent itself. All offsets in it are checked.
 */
#ifndef SYMBOL_KEPT_BYTES_H
#define SYMBOL_KEPT_BYTES_H

#include "base/str.h"
#include "object/elf.h"

/* Which bytes: of the file of an image, and what of it. */
struct kept_key {
	struct elf_identity file;
	uint64_t what; /* the caller's */
};

/* In the program: map the memory, and unmap it. Without it, nothing is kept. */
void kept_bytes_begin(void);
void kept_bytes_end(void);

/* In the program, before a child is forked: begin with nothing if it is full. */
void kept_bytes_renew(void);

/*
 * In the child: the bytes of a key, or a slice with p == NULL. They are aligned to 8, and valid
 * as long as the child.
 */
struct str kept_bytes_find(struct kept_key key);

/* Keep a copy; the slice of it, with p == NULL when there is no room. */
struct str kept_bytes_add(struct kept_key key, struct str bytes);

#endif
