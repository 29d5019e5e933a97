/*
 * What a function of Python is called, from the strings of its code object as the program in the
 * kernel copied them (struct code_names).
 */
#ifndef INTERP_PYTHON_NAME_H
#define INTERP_PYTHON_NAME_H

#include "base/buf.h"
#include "interp/interp_wire.h"

/*
 * Append a string's characters as UTF-8; "..." follows one of which not all was copied. What is no
 * character becomes U+FFFD.
 */
void python_string_decode(struct buf *b, const struct interp_string *s, unsigned kind_shift,
			  struct str bytes);

#endif
