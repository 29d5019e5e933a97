/*
 * Finds the source line of an instruction of a code object.
 *
 * The tables are, up to 3.9, co_lnotab: pairs of a distance in bytes and one in lines
 * (Objects/lnotab_notes.txt); in 3.10 co_linetable: pairs of a length and a distance in lines
 * (the same file); since 3.11 co_linetable with columns (Objects/locations.md, later
 * InternalDocs/code_objects.md).
 */
#ifndef INTERP_PYTHON_LINES_H
#define INTERP_PYTHON_LINES_H

#include "base/str.h"

/*
 * The line of the instruction at an offset in bytes, by the table of a code object of a Python
 * version. The code object begins in line `first`. Returns 0 if the table has no line for it.
 */
unsigned python_line(unsigned version, struct str table, unsigned first, unsigned instruction);

#endif
