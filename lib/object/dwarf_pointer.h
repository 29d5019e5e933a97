/* Reads pointers in DWARF's frame tables, which may be relative to their own address. */
#ifndef OBJECT_DWARF_POINTER_H
#define OBJECT_DWARF_POINTER_H

#include "io/cursor.h"

/*
 * Reads a pointer in one of the encodings of .eh_frame (LSB 5.0, 10.5.1), at a cursor whose
 * positions are virtual addresses (cursor_at()). `data` is the base of DW_EH_PE_datarel; `word` is
 * the size of an address, 4 or 8. Indirect pointers are not followed, as none is needed.
 */
uint64_t dwarf_pointer(struct cursor *c, uint8_t encoding, uint64_t data, uint8_t word);

#endif
