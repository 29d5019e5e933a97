/* DWARF: the addresses that an entry's code has. */
#ifndef SYMBOL_DWARF_RANGES_H
#define SYMBOL_DWARF_RANGES_H

#include "object/spans.h"
#include "symbol/dwarf_unit.h"

/*
 * Append to a list of struct piece what DW_AT_low_pc and DW_AT_high_pc or
 * DW_AT_ranges of an entry say, each piece with this rank and id. What linkers have
 * thrown away, and left behind at address 0 or so, is left out.
 */
void dwarf_ranges(const struct dwarf_entry *e, uint32_t rank, uint32_t id, struct buf *pieces);

#endif
