/*
 * DWARF: split units (-gsplit-dwarf). The image has a skeleton of the unit, which
 * names another file (.dwo) where the entries are; a package (.dwp) beside the
 * binary may hold those of all units.
 *
 * Files are opened here, and not by libdw, which would wait for a FIFO in the place of
 * one, and knows packages only since elfutils 0.191.
 */
#ifndef SYMBOL_DWARF_SPLIT_H
#define SYMBOL_DWARF_SPLIT_H

#include "symbol/dwarf_file.h"

/* The package of a binary, opened when it is first asked for. */
struct dwarf_package {
	const char *binary; /* its path */
	bool tried, open;
	struct elf elf;
	struct dwarf_file whole; /* its sections: those of all units in a row */
};

struct dwarf_split {
	struct elf elf; /* the .dwo; closed when the unit comes from a package */
	struct dwarf_file file;
	struct dwarf_unit *unit; /* of that file */
};

/*
 * Find the other half of a skeleton: in the package, or in the file that it names,
 * seen from the directory of the compilation or of the binary. NULL when it is not
 * there, or belongs to another build. dwarf_split_close() frees it.
 */
struct dwarf_split *dwarf_split_open(struct dwarf_package *p, struct dwarf_unit *skeleton);
void dwarf_split_close(struct dwarf_split *s);

void dwarf_package_close(struct dwarf_package *p);

#endif
