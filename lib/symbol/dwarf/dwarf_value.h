/*
 * DWARF: the values of attributes, through libdw. All functions return empty, 0 or false
 * if the attribute has another kind of value.
 */
#ifndef SYMBOL_DWARF_VALUE_H
#define SYMBOL_DWARF_VALUE_H

#include "symbol/dwarf/dwarf_file.h"

/* The text of an attribute of an entry in f, from any section of texts. */
struct str dwarf_text(const struct dwarf_file *f, Dwarf_Attribute *a);

uint64_t dwarf_number(Dwarf_Attribute *a);

/* The entry to which it refers; *to does not change if there is none. */
bool dwarf_reference(const struct dwarf_file *f, Dwarf_Attribute *a, struct dwarf_place *to);

/* A text in a section; empty if the offset is not in it. */
struct str dwarf_text_at(struct str section, uint64_t offset);

#endif
