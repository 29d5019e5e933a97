/*
 * Go's own tables (runtime/symtab.go, "pclntab"): functions by address, and for every
 * instruction the stack depth, the file, the line and the inlined calls. A stripped
 * binary still has them. The layouts are those of Go 1.18 and of 1.20 and later.
 *
 * The tables are read in place: opening them copies nothing.
 */
#ifndef OBJECT_GOPCLNTAB_H
#define OBJECT_GOPCLNTAB_H

#include "object/elf.h"

struct gopclntab {
	struct str bytes; /* the whole table */
	/* Parts of it. */
	struct str functab; /* an index, followed by the functions' records */
	struct str names, files;
	struct str cutab;   /* u32 by unit and file: offset in files */
	struct str pctab;   /* tables from instruction to value */
	struct str inlined; /* trees of inlined calls, not a part of bytes; empty if not found */
	uint64_t text;      /* function entries are relative to this address */
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

/* Find the tables of an image, which must stay open. False if there are none. */
bool gopclntab_open(struct gopclntab *t, const struct elf *e);

/* The i-th of nfunc functions, by their addresses. False if its record is damaged. */
bool gopclntab_function(const struct gopclntab *t, size_t i, struct gofunc *f);

/* The function at a virtual address. */
bool gopclntab_find(const struct gopclntab *t, uint64_t vaddr, struct gofunc *f);

/*
 * The number of bytes by which the stack pointer is below its value at the function's entry. False
 * if the table does not have it.
 */
bool gopclntab_depth(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		     int32_t *depth);

/* A function, or an inlined call of it. Unknown fields are empty or 0. */
struct goframe {
	struct str name, file;
	uint32_t line; /* of the address, or of the inlined call inside */
	uint32_t start_line;
};

/*
 * Append the frames at an address of f to a list of struct goframe, innermost first.
 * Takes at most *work steps, which bounds the cost of a hostile table, and subtracts the
 * steps taken.
 */
void gopclntab_frames(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		      uint64_t *work, struct buf *list);

#endif
