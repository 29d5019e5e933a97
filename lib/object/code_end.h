/*
 * Where a function ends whose symbol has no size, by its x86-64 code. In a stripped image, the
 * functions that follow it may have no symbol: its name is not theirs.
 */
#ifndef OBJECT_CODE_END_H
#define OBJECT_CODE_END_H

#include "base/str.h"

/* The number of bytes of `code` up to the first return that no jump before it passes over. */
size_t code_end(struct str code);

#endif
