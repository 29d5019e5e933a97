/* DWARF: the address ranges of an entry's code. */
#ifndef SYMBOL_DWARF_RANGES_H
#define SYMBOL_DWARF_RANGES_H

#include "object/spans.h"
#include "symbol/dwarf/dwarf_file.h"

/* An entry with its attributes for the addresses of its code; attribute code 0 = not present. */
struct dwarf_code {
	const struct dwarf_unit *unit;
	Dwarf_Die *entry;
	Dwarf_Attribute low, high, ranges;
};

/* Store an attribute if it is one of these; to be called from dwarf_getattrs()'s callback. */
void dwarf_code_attribute(struct dwarf_code *c, const Dwarf_Attribute *a);

/*
 * Append the intervals of the code to a list of struct interval, with this rank and id.
 * Code that the linker discarded, which is left at about address 0, is left out.
 */
void dwarf_code_intervals(struct dwarf_code *c, uint32_t rank, uint32_t id, struct buf *list);

#endif
