/* DWARF: the name of a function, and the place of its declaration. */
#ifndef SYMBOL_DWARF_FUNCTION_H
#define SYMBOL_DWARF_FUNCTION_H

#include "symbol/dwarf_file.h"

struct dwarf_function {
	uint64_t offset; /* of its entry in .debug_info: the key */
	struct str linkage, name;
	struct dwarf_unit *file_unit; /* the unit whose table has `file` */
	uint32_t file, line;          /* of its declaration; 0 if not given */
};

/*
 * The function of an entry, combined from the entry and those to which it refers
 * (abstract origins, specifications). It is cached in the file of the entry; the pointer
 * is valid until the next call.
 */
const struct dwarf_function *dwarf_function_at(struct dwarf_place entry);

/* Free the cached functions of a file. */
void dwarf_functions_forget(struct dwarf_file *f);

#endif
