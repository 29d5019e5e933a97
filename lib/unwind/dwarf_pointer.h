/* Pointers in DWARF's frame tables, which may count from the place where they are. */
#ifndef UNWIND_DWARF_POINTER_H
#define UNWIND_DWARF_POINTER_H

#include "io/cursor.h"

/*
 * A pointer in one of the encodings of .eh_frame (LSB 5.0, 10.5.1), at a cursor whose
 * positions are virtual addresses (cursor_at()). data is the base that DW_EH_PE_datarel
 * counts from. Indirect pointers are not followed, as nothing needs them.
 */
uint64_t dwarf_pointer(struct cursor *c, uint8_t encoding, uint64_t data);

#endif
