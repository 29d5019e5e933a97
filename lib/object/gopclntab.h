/*
 * Go's own tables (runtime/symtab.go, "pclntab"), which stay in a binary that was
 * stripped: functions by address, and for every instruction the stack depth, the
 * file and the line. The layout is that of Go 1.18 and 1.20 onwards.
 */
#ifndef OBJECT_GOPCLNTAB_H
#define OBJECT_GOPCLNTAB_H

#include "object/elf.h"

struct gopclntab {
	struct str bytes; /* the whole table */
	uint64_t text;    /* the address that function entries count from */
	uint32_t minimum; /* bytes of the shortest instruction */
	size_t nfunc;
	/* Parts of the table. */
	struct str functab, names, cutab, files, pctab;
	bool has_start_line; /* Go 1.20 and later */
};

struct gofunc {
	uint64_t entry, end; /* addresses */
	struct str name;     /* "main.(*T).f" */
	uint32_t start_line; /* 0 if not known */
	struct str record;   /* for gopclntab_depth() and gopclntab_line() */
};

/* Find the table of an image, which must stay open. False when there is none. */
bool gopclntab_open(struct gopclntab *t, const struct elf *e);

/* The function at a virtual address. */
bool gopclntab_find(const struct gopclntab *t, uint64_t vaddr, struct gofunc *f);

/*
 * How far the stack pointer is below where it was when the function was entered,
 * in bytes. False when the table does not say.
 */
bool gopclntab_depth(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		     int32_t *depth);

/* The file and line of an instruction. */
bool gopclntab_line(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		    struct str *file, uint32_t *line);

#endif
