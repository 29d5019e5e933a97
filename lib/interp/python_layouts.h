/* The layouts of CPython's versions (python_layout.h). */
#ifndef INTERP_PYTHON_LAYOUTS_H
#define INTERP_PYTHON_LAYOUTS_H

#include "base/str.h"
#include "interp/python_layout.h"

/* The row of a version before 3.13, 0x030b for 3.11; NULL if there is none. */
const struct python_layout *python_layout_of(unsigned version);

/* How many bytes of struct _Py_DebugOffsets are read. */
enum { PYTHON_DEBUG_OFFSETS = 8 * 64 };

/*
 * The layout that an interpreter's own struct _Py_DebugOffsets gives. False with a reason,
 * a static string, when it is none, or of a version or kind that is not known.
 */
bool python_layout_read(struct python_layout *l, struct str debug_offsets, const char **why);

#endif
