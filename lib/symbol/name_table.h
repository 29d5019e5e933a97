/*
 * Names that were found, by binary and address, for as long as a recording takes.
 *
 * A binary is its build id, if it has one; else device, inode, size and the times of its
 * last changes. It never is its path. So a map of JIT code that has grown is another
 * binary, and what was found in it before is not used again.
 */
#ifndef SYMBOL_NAME_TABLE_H
#define SYMBOL_NAME_TABLE_H

#include "base/strings.h"
#include "base/table.h"
#include "symbol/naming_message.h"

/* A frame, with the numbers of texts. */
struct kept_frame {
	uint32_t name, linkage, module, file;
	uint32_t line, start_line;
};

/* What is known of an address: n frames from `first`; n = 0: that it has no name. */
struct kept_name {
	uint32_t binary, is_vaddr;
	uint64_t offset, absolute;
	/* Payload: */
	uint32_t first, n;
	uint32_t round, zero; /* when that was found */
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

/* A round begins: when the table is full, it is emptied. */
void name_table_begin(struct name_table *t);

/*
 * The number of a binary; 0 when nothing tells it from others. `rows` are the symbolizers
 * that understand it, build_id may be empty, fd may be -1.
 */
uint32_t name_table_binary(struct name_table *t, struct str name, struct str build_id, int fd,
			   uint32_t rows);

/* What is known of a binary. */
enum name_note {
	NAME_REFUSED = 1, /* it is not to be read again: unknown addresses have no names */
	NAME_ALONE = 2,   /* it refers to no other file that is there */
};

void name_table_note(struct name_table *t, uint32_t binary, enum name_note note);
bool name_table_noted(const struct name_table *t, uint32_t binary, enum name_note note);

/*
 * What is known of an address of a binary, or NULL. That it has no name is forgotten
 * after `rounds` rounds, if that is not 0. Valid until the next one is added.
 */
const struct kept_name *name_table_find(const struct name_table *t, uint32_t binary,
					struct symbol_place at, uint32_t rounds);

/* Keep what was found, or that nothing was: n = 0. The frames follow. */
void name_table_add(struct name_table *t, uint32_t binary, struct symbol_place at, uint32_t n);
void name_table_add_frame(struct name_table *t, const struct named_frame *f);

static inline const struct kept_frame *name_table_frames(const struct name_table *t,
							 const struct kept_name *k)
{
	return (const struct kept_frame *)t->frames.p + k->first;
}

#endif
