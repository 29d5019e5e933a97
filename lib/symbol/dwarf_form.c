#include "symbol/dwarf_form.h"

/* How a form is laid out. */
enum layout {
	UNKNOWN,
	NOTHING, /* the form itself says it */
	BYTES_1,
	BYTES_2,
	BYTES_3,
	BYTES_4,
	BYTES_8,
	BYTES_16,
	ADDRESS,
	OFFSET,   /* into a section */
	REF_ADDR, /* the same, but in version 2 as large as an address */
	ULEB,
	SLEB,
	TEXT,
	BLOCK, /* a ULEB length and so many bytes */
	BLOCK_1,
	BLOCK_2,
	BLOCK_4,
};

static const uint8_t layouts[] = {
	[FORM_ADDR] = ADDRESS,
	[FORM_BLOCK2] = BLOCK_2,
	[FORM_BLOCK4] = BLOCK_4,
	[FORM_DATA2] = BYTES_2,
	[FORM_DATA4] = BYTES_4,
	[FORM_DATA8] = BYTES_8,
	[FORM_STRING] = TEXT,
	[FORM_BLOCK] = BLOCK,
	[FORM_BLOCK1] = BLOCK_1,
	[FORM_DATA1] = BYTES_1,
	[FORM_FLAG] = BYTES_1,
	[FORM_SDATA] = SLEB,
	[FORM_STRP] = OFFSET,
	[FORM_UDATA] = ULEB,
	[FORM_REF_ADDR] = REF_ADDR,
	[FORM_REF1] = BYTES_1,
	[FORM_REF2] = BYTES_2,
	[FORM_REF4] = BYTES_4,
	[FORM_REF8] = BYTES_8,
	[FORM_REF_UDATA] = ULEB,
	[FORM_SEC_OFFSET] = OFFSET,
	[FORM_EXPRLOC] = BLOCK,
	[FORM_FLAG_PRESENT] = NOTHING,
	[FORM_STRX] = ULEB,
	[FORM_ADDRX] = ULEB,
	[FORM_REF_SUP4] = BYTES_4,
	[FORM_STRP_SUP] = OFFSET,
	[FORM_DATA16] = BYTES_16,
	[FORM_LINE_STRP] = OFFSET,
	[FORM_REF_SIG8] = BYTES_8,
	[FORM_IMPLICIT_CONST] = NOTHING,
	[FORM_LOCLISTX] = ULEB,
	[FORM_RNGLISTX] = ULEB,
	[FORM_REF_SUP8] = BYTES_8,
	[FORM_STRX1] = BYTES_1,
	[FORM_STRX2] = BYTES_2,
	[FORM_STRX3] = BYTES_3,
	[FORM_STRX4] = BYTES_4,
	[FORM_ADDRX1] = BYTES_1,
	[FORM_ADDRX2] = BYTES_2,
	[FORM_ADDRX3] = BYTES_3,
	[FORM_ADDRX4] = BYTES_4,
};

static enum layout layout_of(uint16_t form)
{
	switch (form) {
	case FORM_GNU_ADDR_INDEX:
	case FORM_GNU_STR_INDEX: return ULEB;
	case FORM_GNU_REF_ALT:
	case FORM_GNU_STRP_ALT: return OFFSET;
	default: return form < LEN(layouts) ? layouts[form] : UNKNOWN;
	}
}

int dwarf_form_size(struct dwarf_encoding e, uint16_t form)
{
	switch (layout_of(form)) {
	case NOTHING: return 0;
	case BYTES_1: return 1;
	case BYTES_2: return 2;
	case BYTES_3: return 3;
	case BYTES_4: return 4;
	case BYTES_8: return 8;
	case BYTES_16: return 16;
	case ADDRESS: return e.address_size;
	case OFFSET: return e.offset_size;
	case REF_ADDR: return e.version == 2 ? e.address_size : e.offset_size;
	default: return -1;
	}
}

static void skip_block(struct cursor *c, enum layout layout)
{
	switch (layout) {
	case BLOCK: cursor_skip(c, cursor_uleb(c)); break;
	case BLOCK_1: cursor_skip(c, cursor_u8(c)); break;
	case BLOCK_2: cursor_skip(c, cursor_int(c, 2)); break;
	case BLOCK_4: cursor_skip(c, cursor_int(c, 4)); break;
	default: cursor_has(c, UINT64_MAX); break; /* unknown: it fails */
	}
}

void dwarf_read_value(struct cursor *c, struct dwarf_encoding e, uint16_t form,
		      struct dwarf_value *value)
{
	struct dwarf_value passed;
	int size;

	value = value ? value : &passed;
	if (form == FORM_INDIRECT)
		form = (uint16_t)cursor_uleb(c);
	value->form = form;
	value->v = 0;
	size = dwarf_form_size(e, form);
	if (size >= 0 && size <= 8) {
		value->v = cursor_int(c, (unsigned)size);
		return;
	}
	switch (layout_of(form)) {
	case BYTES_16: cursor_skip(c, 16); break;
	case ULEB: value->v = cursor_uleb(c); break;
	case SLEB: value->v = (uint64_t)cursor_sleb(c); break;
	case TEXT: value->text = cursor_text(c); break;
	default: skip_block(c, layout_of(form)); break;
	}
}

bool dwarf_unit_length(struct cursor *c, struct cursor *rest, uint8_t *offset_size)
{
	uint64_t length = cursor_int(c, 4);
	struct str unit;

	*offset_size = 4;
	if (length == 0xffffffff) {
		length = cursor_int(c, 8);
		*offset_size = 8;
	}
	unit = cursor_bytes(c, length);
	*rest = *c;
	*c = cursor_over(unit);
	return !rest->failed;
}
