/*
 * DWARF: the cost of reading a unit, estimated from its abbreviations.
 *
 * An entry begins with the code of its abbreviation. libdw searches the unit's table for
 * it from the start, and keeps every abbreviation that it passes; and an abbreviation may
 * list attributes that take no bytes in the entry. A hostile file uses both to make a few
 * bytes expensive within one call of libdw. So the table is measured before libdw reads
 * it.
 */
#ifndef SYMBOL_DWARF_ABBREVS_H
#define SYMBOL_DWARF_ABBREVS_H

#include "symbol/dwarf/dwarf_file.h"

/*
 * Take the steps that libdw needs to find the abbreviation of the unit's root entry. False
 * if that is too much: then neither this unit nor any later one may be read.
 */
bool dwarf_afford_root(const struct dwarf_unit *u);

/*
 * Take the steps that a walk through the unit's tree needs. False if that is too much, or
 * if no compiler writes such a table. *held grows by the bytes that libdw keeps.
 */
bool dwarf_afford_walk(const struct dwarf_unit *u, size_t *held);

#endif
