/*
 * Memory in which one naming child leaves data for the next: decompressed sections of debugging
 * information, and the addresses of each unit. In a continuous recording, where few addresses of a
 * window are new, reading these is most of the cost of naming.
 *
 * The program maps the memory before it forks its children, and never reads it. So a compromised
 * child can only deceive later children, which are not trusted either, into sending wrong names,
 * which it could have sent itself. All offsets in the memory are checked.
 */
#ifndef SYMBOL_KEPT_BYTES_H
#define SYMBOL_KEPT_BYTES_H

#include "base/str.h"
#include "object/elf.h"

/* Identifies bytes: the file of an image, and a part of it. */
struct kept_key {
	struct elf_identity file;
	uint64_t what; /* chosen by the caller */
};

/* Map and unmap the memory, in the program. Without it, nothing is kept. */
void kept_bytes_begin(void);
void kept_bytes_end(void);

/* Empties the memory if it is full, in the program before it forks a child. */
void kept_bytes_renew(void);

/*
 * Finds the bytes of a key, in the child; p == NULL if there are none. They are aligned to 8, and
 * valid for the life of the child.
 */
struct str kept_bytes_find(struct kept_key key);

/* Keeps a copy of bytes, and returns that; p == NULL if there is no room. */
struct str kept_bytes_add(struct kept_key key, struct str bytes);

#endif
