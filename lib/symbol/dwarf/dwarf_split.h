/*
 * DWARF: split units (-gsplit-dwarf). The image has a skeleton of the unit, which names
 * the file with its entries (.dwo); a package (.dwp) beside the binary may hold the
 * entries of all units.
 *
 * Files are opened here and not by libdw, which waits if a file is a FIFO.
 */
#ifndef SYMBOL_DWARF_SPLIT_H
#define SYMBOL_DWARF_SPLIT_H

#include "symbol/dwarf/dwarf_package.h"

struct dwarf_split {
	struct elf elf; /* the .dwo; closed when the unit comes from a package */
	struct dwarf_file file;
	struct dwarf_unit *unit; /* of that file */
};

/*
 * Find the other half of a skeleton: in the package, or in the file that it names,
 * relative to the directory of the compilation or of the binary. NULL if there is none,
 * or it belongs to another build. dwarf_split_close() frees it.
 */
struct dwarf_split *dwarf_split_open(struct dwarf_package *p, struct dwarf_unit *skeleton);
void dwarf_split_close(struct dwarf_split *s);

#endif
