/* DWARF: the addresses that an entry's code has. */
#ifndef SYMBOL_DWARF_RANGES_H
#define SYMBOL_DWARF_RANGES_H

#include "object/spans.h"
#include "symbol/dwarf_file.h"

/* An entry of a unit that has code, with the attributes that say where; code 0: it has none. */
struct dwarf_code {
	const struct dwarf_unit *unit;
	Dwarf_Die *entry;
	Dwarf_Attribute low, high, ranges;
};

/* Take an attribute, if it is one of them; for the callback of dwarf_getattrs(). */
void dwarf_code_attribute(struct dwarf_code *c, const Dwarf_Attribute *a);

/*
 * Append to a list of struct interval where the code is, with this rank and id. Code that
 * a linker has discarded, and left at address 0 or so, is left out.
 */
void dwarf_code_intervals(struct dwarf_code *c, uint32_t rank, uint32_t id, struct buf *list);

#endif
