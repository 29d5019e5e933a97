/*
 * Which line of its file an instruction of a code object is in.
 *
 * Tables: up to 3.9 co_lnotab, pairs of a distance in bytes and one in lines (Objects/lnotab_notes.txt);
 * in 3.10 co_linetable, pairs of a length and a distance in lines (the same file); since 3.11
 * co_linetable with columns (Objects/locations.md, later InternalDocs/code_objects.md).
 */
#ifndef INTERP_PYTHON_LINES_H
#define INTERP_PYTHON_LINES_H

#include "base/str.h"

/*
 * The line of the instruction at an offset in bytes, in a table of a version, for a code object
 * that begins in line `first`. 0 if the table does not say.
 */
unsigned python_line(unsigned version, struct str table, unsigned first, unsigned instruction);

#endif
