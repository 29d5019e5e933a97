#include "object/dwarf_pointer.h"

#include <dwarf.h>

enum {
	FORM = 0x0f, /* the format */
	BASE = 0x70, /* the base that it is relative to */
};

uint64_t dwarf_pointer(struct cursor *c, uint8_t encoding, uint64_t data, uint8_t word)
{
	uint64_t here = cursor_pos(c), v;

	if (encoding == DW_EH_PE_omit)
		return 0;
	switch (encoding & FORM) {
	case DW_EH_PE_absptr: v = cursor_int(c, word); break;
	case DW_EH_PE_udata8:
	case DW_EH_PE_sdata8: v = cursor_int(c, 8); break;
	case DW_EH_PE_uleb128: v = cursor_uleb(c); break;
	case DW_EH_PE_udata2: v = cursor_int(c, 2); break;
	case DW_EH_PE_udata4: v = cursor_int(c, 4); break;
	case DW_EH_PE_sleb128: v = (uint64_t)cursor_sleb(c); break;
	case DW_EH_PE_sdata2: v = (uint64_t)cursor_signed(c, 2); break;
	case DW_EH_PE_sdata4: v = (uint64_t)cursor_signed(c, 4); break;
	default: cursor_fail(c); return 0;
	}
	if (!v)
		return 0;
	v += (encoding & BASE) == DW_EH_PE_pcrel   ? here :
	     (encoding & BASE) == DW_EH_PE_datarel ? data :
						     0;
	return word < sizeof(v) ? v & UINT32_MAX : v;
}
