/*
 * DWARF: packages (.dwp), which hold the sections of many split units, one after the
 * other, and an index that says which share is whose. libdw reads them since elfutils
 * 0.191 only, and opens them by itself.
 */
#ifndef SYMBOL_DWARF_PACKAGE_H
#define SYMBOL_DWARF_PACKAGE_H

#include "symbol/dwarf_file.h"

/* The package of a binary, opened when it is first asked for. */
struct dwarf_package {
	const char *binary; /* its path */
	bool tried, open;
	struct elf elf;
	struct dwarf_file whole; /* its sections: those of all units in a row */
};

/*
 * Give a file the sections that the unit of that id has in the package. False when there
 * is no package, or the unit is not in it. They are valid until dwarf_package_close().
 */
bool dwarf_package_find(struct dwarf_package *p, uint64_t id, struct dwarf_file *to);

void dwarf_package_close(struct dwarf_package *p);

#endif
