#include "record/dwarf_bytes.h"

enum {
	FORM = 0x0f, /* how it is written */
	BASE = 0x70, /* what it counts from */
	PCREL = 0x10,
	DATAREL = 0x30,
	OMIT = 0xff,
};

uint64_t dwarf_pointer(struct dwarf_bytes *d, uint8_t encoding, uint64_t data)
{
	uint64_t here = d->address + (uint64_t)(d->at - d->start), v;

	if (encoding == OMIT)
		return 0;
	switch (encoding & FORM) {
	case 0x00:
	case 0x04:
	case 0x0c: v = dwarf_fixed(d, 8); break;
	case 0x01: v = dwarf_uleb(d); break;
	case 0x02: v = dwarf_fixed(d, 2); break;
	case 0x03: v = dwarf_fixed(d, 4); break;
	case 0x09: v = (uint64_t)dwarf_sleb(d); break;
	case 0x0a: v = (uint64_t)dwarf_signed(d, 2); break;
	case 0x0b: v = (uint64_t)dwarf_signed(d, 4); break;
	default: d->bad = true; return 0;
	}
	if (!v)
		return 0;
	return v + ((encoding & BASE) == PCREL ? here : (encoding & BASE) == DATAREL ? data : 0);
}
