/* Records in which the program in the kernel has copied what a function is called. */
#ifndef INTERP_CODE_NAMES_H
#define INTERP_CODE_NAMES_H

#include "base/str.h"
#include "interp/interp_wire.h"

/*
 * The parts of a record: its fixed part to *head, and where name, file and tables of lines are.
 * False if it is cut short.
 */
struct code_names_parts {
	struct code_names head; /* without `bytes` */
	struct str name, file, lines, table;
};
bool code_names_parse(struct code_names_parts *p, struct str record);

#endif
