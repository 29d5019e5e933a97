/* DWARF: what a function is called and where it is declared. */
#ifndef SYMBOL_DWARF_FUNCTION_H
#define SYMBOL_DWARF_FUNCTION_H

#include "symbol/dwarf_file.h"

struct dwarf_function {
	uint64_t offset; /* of its entry in .debug_info: the key */
	struct str linkage, name;
	struct dwarf_unit *file_unit; /* whose table file is in */
	uint32_t file, line;          /* of its declaration; 0 where it says none */
};

/*
 * The function of an entry, put together from that entry and those which it refers
 * to (abstract origins, specifications). Kept in the file of the entry; the pointer
 * is valid until the next call.
 */
const struct dwarf_function *dwarf_function_at(struct dwarf_place entry);

/* Free the functions of a file; they are read again when they are asked for. */
void dwarf_functions_forget(struct dwarf_file *f);

#endif
