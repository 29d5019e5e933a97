/*
 * A cache of names by binary and address, which lives as long as a recording.
 *
 * A binary is identified by its build id, or else by device, inode, size and the times of its last
 * changes, but never by its path. So a JIT map that has grown is another binary, and the names
 * found in it before are not reused.
 */
#ifndef SYMBOL_NAME_TABLE_H
#define SYMBOL_NAME_TABLE_H

#include "base/strings.h"
#include "base/table.h"
#include "symbol/naming/naming_message.h"

/* A frame, with the numbers of texts. */
struct kept_frame {
	uint32_t name, linkage, module, file;
	uint32_t line, start_line;
};

/* The result for an address: n frames from `first` on; n = 0: it has no name. */
struct kept_name {
	uint32_t binary, is_vaddr;
	uint64_t offset, absolute;
	/* Payload: */
	uint32_t first, n;
	uint32_t round, used; /* the rounds in which it was found, and last asked for */
};

struct name_table {
	struct strings binaries; /* identities */
	struct buf notes;        /* enum name_note: a byte for each, by its number */
	struct table names;
	struct buf frames; /* struct kept_frame */
	struct strings texts;
	size_t text_bytes;
	uint32_t round;
};

void name_table_init(struct name_table *t);
void name_table_release(struct name_table *t);

/* Begin a round: if the table is full, drop what was not asked for in the last one. */
void name_table_begin(struct name_table *t);

/*
 * The number of a binary; 0 if nothing identifies it. rows: the symbolizers that
 * understand it. build_id may be empty, and fd may be -1.
 */
uint32_t name_table_binary(struct name_table *t, struct str name, struct str build_id, int fd,
			   uint32_t rows);

/* Facts about a binary. */
enum name_note {
	NAME_REFUSED = 1, /* it must not be read again: its other addresses have no names */
	NAME_ALONE = 2,   /* none of the files to which it refers exists */
};

void name_table_note(struct name_table *t, uint32_t binary, enum name_note note);
bool name_table_noted(const struct name_table *t, uint32_t binary, enum name_note note);

/*
 * The result for an address of a binary, or NULL. "No name" expires after `rounds`
 * rounds, unless that is 0. Valid until the next name_table_add().
 */
const struct kept_name *name_table_find(struct name_table *t, uint32_t binary,
					struct symbol_place at, uint32_t rounds);

/* Add a result: n frames, which name_table_add_frame() adds next; 0 = no name. */
void name_table_add(struct name_table *t, uint32_t binary, struct symbol_place at, uint32_t n);
void name_table_add_frame(struct name_table *t, const struct named_frame *f);

static inline const struct kept_frame *name_table_frames(const struct name_table *t,
							 const struct kept_name *k)
{
	return (const struct kept_frame *)t->frames.p + k->first;
}

#endif
