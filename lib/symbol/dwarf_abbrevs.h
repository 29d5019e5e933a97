/*
 * DWARF: what the abbreviations of a unit make reading it cost.
 *
 * An entry begins with the code of its abbreviation, which libdw looks for from the start
 * of the unit's table on, keeping all that it passes; and an abbreviation may list
 * attributes that take no bytes in the entry. In a hostile file both make a few bytes cost
 * much, within one call of libdw. So the table is measured first, as libdw would read it.
 */
#ifndef SYMBOL_DWARF_ABBREVS_H
#define SYMBOL_DWARF_ABBREVS_H

#include "symbol/dwarf_file.h"

/*
 * Take the steps that libdw needs to find the abbreviation of the unit's root entry. False
 * when that is too much: then nothing may be asked of the unit, nor of those after it.
 */
bool dwarf_afford_root(const struct dwarf_unit *u);

/*
 * Take the steps that a walk through the unit's tree needs. False when that is too much,
 * or the table is such as no compiler writes. *held grows by the bytes that libdw keeps.
 */
bool dwarf_afford_walk(const struct dwarf_unit *u, size_t *held);

#endif
