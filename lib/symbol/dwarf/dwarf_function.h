/* DWARF: the name of a function, and the place of its declaration. */
#ifndef SYMBOL_DWARF_FUNCTION_H
#define SYMBOL_DWARF_FUNCTION_H

#include "symbol/dwarf/dwarf_file.h"

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

/*
 * A member function of a type that is local to a function, such as a lambda. GCC gives it no
 * linkage name, and its own name is only "operator()".
 */
struct dwarf_member {
	uint64_t offset; /* of its entry: the key */
	uint64_t type;   /* the entry of the type, */
	uint64_t within; /* and of the function around that */
};

/*
 * Notes a member; from then on dwarf_function_at() gives its name with these scopes. Of very many
 * in a file, the rest keeps its own names.
 */
void dwarf_function_member(struct dwarf_file *f, const struct dwarf_member *member);

/* Prepare, free, and empty the caches of a file's functions. */
void dwarf_functions_init(struct dwarf_file *f);
void dwarf_functions_release(struct dwarf_file *f);
void dwarf_functions_forget(struct dwarf_file *f);

#endif
