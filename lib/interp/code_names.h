/* Reads the records of function names that the BPF program writes. */
#ifndef INTERP_CODE_NAMES_H
#define INTERP_CODE_NAMES_H

#include "base/str.h"
#include "interp/interp_memory.h"
#include "interp/interp_wire.h"

/*
 * The parts of a record: a copy of its head, and where its names and line tables are. False if
 * the record is truncated.
 */
struct code_names_parts {
	struct code_names head; /* without `bytes` */
	struct str name, file, lines, table;
};
bool code_names_parse(struct code_names_parts *p, struct str record);

/*
 * Copy n bytes at an address, `most` - 1 at most, to the record, after those that it has. Returns
 * how many were copied: 0 if they cannot be read. This is what the program in the kernel does.
 */
uint32_t code_names_copy(const struct interp_memory *m, struct code_names *to, uint64_t at,
			 uint64_t n, size_t most);

#endif
