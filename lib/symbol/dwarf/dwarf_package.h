/*
 * DWARF: packages (.dwp), which hold the sections of many split units, concatenated, and
 * an index of each unit's parts. libdw reads them only since elfutils 0.191, and opens
 * them by itself.
 */
#ifndef SYMBOL_DWARF_PACKAGE_H
#define SYMBOL_DWARF_PACKAGE_H

#include "symbol/dwarf/dwarf_file.h"

/* The package of a binary, opened when it is first needed. */
struct dwarf_package {
	const char *binary; /* its path */
	bool tried, open;
	struct elf elf;
	struct dwarf_file whole; /* its sections, each with those of all units */
};

/*
 * Set the sections of a file to those of the unit with that id. False if there is no
 * package, or the unit is not in it. They are valid until dwarf_package_close().
 */
bool dwarf_package_find(struct dwarf_package *p, uint64_t id, struct dwarf_file *to);

void dwarf_package_close(struct dwarf_package *p);

#endif
