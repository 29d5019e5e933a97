/* Reads the records of function names that the BPF program writes. */
#ifndef INTERP_CODE_NAMES_H
#define INTERP_CODE_NAMES_H

#include "base/str.h"
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

#endif
