/*
 * Finds the function of an address in the symbol tables of an ELF image: .symtab, .dynsym, and the
 * stubs of the procedure linkage table ("malloc@plt"). All are gathered into one sorted table, with
 * 16 bytes per entry.
 *
 * Of several symbols at one address, one is chosen by perf's rules, in this order: one
 * with a size, one that is not weak, a global one, the larger one, the one with fewer
 * underscores in front, the longer name.
 */
#ifndef OBJECT_SYMTAB_H
#define OBJECT_SYMTAB_H

#include "object/elf.h"
#include "object/spans.h"

enum symtab_table { SYMTAB_IMAGE, SYMTAB_DYNAMIC, SYMTAB_DEBUG, SYMTAB_MINI, SYMTAB_TABLES };

struct symtab {
	struct spans spans;              /* the id gives the place of the name */
	struct str names[SYMTAB_TABLES]; /* string sections */
};

struct symbol {
	struct str name; /* ends in a NUL, or at the end of its section; without a version */
	bool plt;        /* the address is in the PLT stub of the function */
	bool guessed;    /* the last symbol before the address, which has no size or no type */
};

/*
 * Gather the symbols of an image and, unless these are NULL, of its debug file and of its
 * MiniDebugInfo, which does not repeat .dynsym. All must stay open while the table is
 * used.
 */
void symtab_open(struct symtab *t, const struct elf *image, const struct elf *debug,
		 const struct elf *mini);

/*
 * The same with the spans that an earlier symtab_open() has made for these images, as bytes. Does
 * not read the symbols.
 */
void symtab_open_with(struct symtab *t, const struct elf *image, const struct elf *debug,
		      const struct elf *mini, struct str spans);

/* Find the function at a virtual address. False if there is none. */
bool symtab_find(const struct symtab *t, uint64_t vaddr, struct symbol *s);

void symtab_close(struct symtab *t);

/* Is `a` the better of two names of one address? For tables other than ELF's. */
bool symbol_name_better(struct str a, struct str b);

#endif
