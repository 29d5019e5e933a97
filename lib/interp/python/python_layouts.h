/* The layouts of CPython's versions (python_layout.h). */
#ifndef INTERP_PYTHON_LAYOUTS_H
#define INTERP_PYTHON_LAYOUTS_H

#include "base/str.h"
#include "interp/python/python_layout.h"

/* The row of a version before 3.13, 0x030b for 3.11; NULL if there is none. */
const struct python_layout *python_layout_of(unsigned version);

/* How many bytes of struct _Py_DebugOffsets are read. */
enum { PYTHON_DEBUG_OFFSETS = 8 * 64 };

/*
 * Makes a layout from an interpreter's struct _Py_DebugOffsets. False, with a static string in
 * *why, if that is not one, or if its version or build is not supported.
 */
bool python_layout_read(struct python_layout *l, struct str debug_offsets, const char **why);

#endif
