/*
 * DWARF data that knows the address it lies at, as pointers in it count from
 * where they stand.
 */
#ifndef RECORD_DWARF_BYTES_H
#define RECORD_DWARF_BYTES_H

#include "io/cursor.h"

struct dwarf_bytes {
	struct cursor c;
	const uint8_t *start;
	uint64_t address; /* the virtual address of start */
};

static inline struct dwarf_bytes dwarf_bytes(struct str s, uint64_t address)
{
	return (struct dwarf_bytes){ cursor_over(s), (const uint8_t *)s.p, address };
}

/*
 * A pointer in one of the encodings of .eh_frame (LSB 5.0, 10.5.1). data is the
 * base that DW_EH_PE_datarel counts from. Indirect pointers are not followed, as
 * nothing needs them.
 */
uint64_t dwarf_pointer(struct dwarf_bytes *d, uint8_t encoding, uint64_t data);

#endif
