/*
 * DWARF: what attributes say, by libdw's functions. All of them give empty, 0 or false
 * where an attribute says something else.
 */
#ifndef SYMBOL_DWARF_VALUE_H
#define SYMBOL_DWARF_VALUE_H

#include "symbol/dwarf_file.h"

/* The text that an attribute of a file's entry is, in whichever section it lies. */
struct str dwarf_text(const struct dwarf_file *f, Dwarf_Attribute *a);

uint64_t dwarf_number(Dwarf_Attribute *a);

/* The entry that it refers to; *to stays as it is where there is none. */
bool dwarf_reference(const struct dwarf_file *f, Dwarf_Attribute *a, struct dwarf_place *to);

/* A text in a section; empty when the offset is not in it. */
struct str dwarf_text_at(struct str section, uint64_t offset);

#endif
