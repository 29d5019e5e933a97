/*
 * DWARF: the namespaces and types around functions of C++. GCC gives no linkage name to functions
 * that only their own file knows: of a copy that is inlined, only "add" would be known, of one
 * that is not, its symbol "(anonymous namespace)::list::add".
 */
#ifndef SYMBOL_DWARF_SCOPES_H
#define SYMBOL_DWARF_SCOPES_H

#include "symbol/dwarf/dwarf_file.h"

/*
 * The scope of a function's entry without a linkage name, such as "(anonymous namespace)::list::";
 * empty if it has none. Reads the types of its unit when it is first asked. The text is valid
 * until dwarf_scopes_release().
 */
struct str dwarf_scope(struct dwarf_place function);

/* Prepare and free what is known of a file. */
void dwarf_scopes_init(struct dwarf_file *f);
void dwarf_scopes_release(struct dwarf_file *f);

#endif
