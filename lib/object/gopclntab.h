/*
 * Go's own tables (runtime/symtab.go, "pclntab"), which stay in a binary that was
 * stripped: functions by address, and for every instruction the stack depth, the
 * file, the line and the inlined calls. The layouts are those of Go 1.18 and of 1.20
 * and later.
 *
 * The tables are used where they lie in the file: opening them costs next to nothing.
 */
#ifndef OBJECT_GOPCLNTAB_H
#define OBJECT_GOPCLNTAB_H

#include "object/elf.h"

struct gopclntab {
	struct str bytes; /* the whole table */
	/* Parts of it. */
	struct str functab; /* an index, then what it points to */
	struct str names, files;
	struct str cutab;   /* u32 by unit and file: offset in files */
	struct str pctab;   /* tables from instruction to value */
	struct str inlined; /* trees of inlined calls; elsewhere, empty when not found */
	uint64_t text;      /* the address that function entries count from */
	size_t nfunc;
	uint32_t minimum; /* bytes of the shortest instruction */
	bool v120;        /* the layout of Go 1.20 and later */
};

struct gofunc {
	uint64_t entry, end; /* addresses */
	struct str name;     /* "main.(*T).f" */
	uint32_t start_line; /* 0 if not known */
	struct str record;   /* for the functions below */
};

/* Find the tables of an image, which must stay open. False when there are none. */
bool gopclntab_open(struct gopclntab *t, const struct elf *e);

/* The function at a virtual address. */
bool gopclntab_find(const struct gopclntab *t, uint64_t vaddr, struct gofunc *f);

/*
 * How far the stack pointer is below where it was when the function was entered,
 * in bytes. False when the table does not say.
 */
bool gopclntab_depth(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		     int32_t *depth);

/* A function, or a call of it that was inlined. What is not known is empty or 0. */
struct goframe {
	struct str name, file;
	uint32_t line; /* of the address, or of the call that is inlined */
	uint32_t start_line;
};

/*
 * Append the frames at an address of f to a list of struct goframe, innermost first.
 * Takes *work steps at most and counts them off: what a hostile table can cost.
 */
void gopclntab_frames(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		      uint64_t *work, struct buf *list);

#endif
