/*
 * Decodes the strings of a Python code object, as the BPF program has copied them (struct
 * code_names).
 */
#ifndef INTERP_PYTHON_NAME_H
#define INTERP_PYTHON_NAME_H

#include "base/buf.h"
#include "interp/interp_wire.h"

/*
 * Appends a string as UTF-8, and "..." if it was copied in part. An invalid character becomes
 * U+FFFD.
 */
void python_string_decode(struct buf *b, const struct interp_string *s, unsigned kind_shift,
			  struct str bytes);

#endif
