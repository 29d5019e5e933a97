/*
 * Looks up a symbol that an image exports as the dynamic linker does, through its table .gnu.hash.
 * That touches a few pages of the file; to go through .dynsym touches all of that and of .dynstr.
 *
 * The layout is described in the Oracle Solaris "Linker and Libraries Guide", section "Hash Table
 * Section" (DT_GNU_HASH), and by the code of binutils (elflink.c) and glibc (dl-lookup.c).
 */
#ifndef OBJECT_SYMBOL_HASH_H
#define OBJECT_SYMBOL_HASH_H

#include "object/elf.h"

struct symbol_hash {
	struct str buckets, chains; /* 32-bit words */
	uint32_t first;             /* symbols before this one are not in the table */
	Elf_Data *symbols;          /* .dynsym */
	struct str names;           /* .dynstr */
};

/* False if the image has no such table. What *h holds is the image's. */
bool symbol_hash_open(struct symbol_hash *h, const struct elf *e);

/* Does the image export any symbol? */
bool symbol_hash_has_any(const struct symbol_hash *h);

/* Finds the symbol with that name. False if the image does not export it. */
bool symbol_hash_find(const struct symbol_hash *h, struct str name, GElf_Sym *symbol);

#endif
