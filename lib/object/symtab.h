/*
 * Which function an address belongs to, by the symbol tables of an ELF image:
 * .symtab, .dynsym, and the stubs of the procedure linkage table ("malloc@plt").
 * All are gathered into one sorted table of 16 bytes an entry.
 *
 * Of symbols at one address the better name stays, in the order of perf: one with
 * a size, one that is not weak, a global one, the larger, the one with fewer
 * underscores in front, the longer name.
 */
#ifndef OBJECT_SYMTAB_H
#define OBJECT_SYMTAB_H

#include "object/elf.h"
#include "object/spans.h"

enum symtab_table { SYMTAB_IMAGE, SYMTAB_DYNAMIC, SYMTAB_DEBUG, SYMTAB_MINI, SYMTAB_TABLES };

struct symtab {
	struct spans spans;              /* the id says where the name is */
	struct str names[SYMTAB_TABLES]; /* string sections */
};

struct symbol {
	struct str name; /* ends in a NUL, or at the end of its section; no version */
	bool plt;        /* it is the stub that leads to it */
	bool guessed;    /* it has no size or no type: merely the last symbol before the address */
};

/*
 * Gather the symbols of an image and, where they are not NULL, of the file with its
 * debugging information and of its MiniDebugInfo, which lacks what .dynsym has. All
 * must stay open as long as the table is used.
 */
void symtab_open(struct symtab *t, const struct elf *image, const struct elf *debug,
		 const struct elf *mini);

/* False when no function is known at a virtual address. */
bool symtab_find(const struct symtab *t, uint64_t vaddr, struct symbol *s);

void symtab_close(struct symtab *t);

/* Is a, at the same address, the better name? For tables that ELF knows nothing of. */
bool symbol_name_better(struct str a, struct str b);

#endif
