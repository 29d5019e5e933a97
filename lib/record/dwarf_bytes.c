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
	uint64_t here = d->address + (uint64_t)(d->c.at - d->start), v;

	if (encoding == OMIT)
		return 0;
	switch (encoding & FORM) {
	case 0x00:
	case 0x04:
	case 0x0c: v = cursor_int(&d->c, 8); break;
	case 0x01: v = cursor_uleb(&d->c); break;
	case 0x02: v = cursor_int(&d->c, 2); break;
	case 0x03: v = cursor_int(&d->c, 4); break;
	case 0x09: v = (uint64_t)cursor_sleb(&d->c); break;
	case 0x0a: v = (uint64_t)cursor_signed(&d->c, 2); break;
	case 0x0b: v = (uint64_t)cursor_signed(&d->c, 4); break;
	default: cursor_fail(&d->c); return 0;
	}
	if (!v)
		return 0;
	return v + ((encoding & BASE) == PCREL ? here : (encoding & BASE) == DATAREL ? data : 0);
}
