#include "symbol/dwarf_unit.h"

#include "object/unpack.h"
#include "symbol/dwarf_function.h"

_Static_assert(DWARF_NATTRIBUTE <= 32, "a bit for each in dwarf_entry.has");

/* Files and units */

/* By section: its name in an image, and in the file of a split unit. */
static const char *const section_names[DWARF_SECTIONS][2] = {
	[DWARF_INFO] = { ".debug_info", ".debug_info.dwo" },
	[DWARF_ABBREV] = { ".debug_abbrev", ".debug_abbrev.dwo" },
	[DWARF_LINE] = { ".debug_line", ".debug_line.dwo" },
	[DWARF_STR] = { ".debug_str", ".debug_str.dwo" },
	[DWARF_LINE_STR] = { ".debug_line_str", NULL },
	[DWARF_STR_OFFSETS] = { ".debug_str_offsets", ".debug_str_offsets.dwo" },
	[DWARF_ADDR] = { ".debug_addr", NULL },
	[DWARF_RANGES] = { ".debug_ranges", NULL },
	[DWARF_RNGLISTS] = { ".debug_rnglists", ".debug_rnglists.dwo" },
};

void dwarf_file_sections(struct dwarf_file *f, const struct elf *e)
{
	for (size_t i = 0; i < DWARF_SECTIONS; i++) {
		const char *name = section_names[i][f->split];

		f->section[i] = name ? elf_unpack(e, name, &f->room[i]) : S("");
	}
}

/* The header of a unit, whose length has been read. */
static bool read_header(struct dwarf_unit *u, struct cursor *c)
{
	struct dwarf_encoding *e = &u->encoding;

	e->version = (uint8_t)cursor_int(c, 2);
	u->type = UNIT_COMPILE;
	if (e->version >= 5) {
		u->type = cursor_u8(c);
		e->address_size = cursor_u8(c);
		u->abbrev = cursor_int(c, e->offset_size);
	} else {
		u->abbrev = cursor_int(c, e->offset_size);
		e->address_size = cursor_u8(c);
	}
	if (u->type == UNIT_SKELETON || u->type == UNIT_SPLIT)
		u->dwo_id = cursor_int(c, 8);
	else if (u->type == UNIT_TYPE || u->type == UNIT_SPLIT_TYPE)
		cursor_skip(c, 8 + (uint64_t)e->offset_size);
	return !c->failed && e->version >= 2 && e->version <= 5 &&
	       (e->address_size == 4 || e->address_size == 8);
}

/* What the bases are where nothing says it: behind the header of the section. */
static void set_default_bases(struct dwarf_unit *u)
{
	bool wide = u->encoding.offset_size == 8;

	if (!u->file->split || u->encoding.version < 5)
		return;
	u->str_offsets_base = wide ? 16 : 8;
	u->rnglists_base = wide ? 20 : 12;
}

void dwarf_file_units(struct dwarf_file *f)
{
	struct str info = f->section[DWARF_INFO];
	struct cursor rest = cursor_over(info);

	table_init(&f->functions, sizeof(struct dwarf_function), sizeof(uint64_t));
	while (cursor_left(&rest) && !rest.failed) {
		struct cursor c = rest;
		struct dwarf_unit u = { .file = f };

		u.offset = (uint64_t)(c.at - (const uint8_t *)info.p);
		if (!dwarf_unit_length(&c, &rest, &u.encoding.offset_size))
			break;
		u.end = (uint64_t)(c.end - (const uint8_t *)info.p);
		if (!read_header(&u, &c))
			continue;
		u.first = (uint64_t)(c.at - (const uint8_t *)info.p);
		set_default_bases(&u);
		f->unit = mem_grow(f->unit, &f->unit_cap, f->nunit + 1, sizeof(*f->unit));
		f->unit[f->nunit++] = u;
	}
}

void dwarf_file_release(struct dwarf_file *f)
{
	for (size_t i = 0; i < DWARF_SECTIONS; i++)
		buf_release(&f->room[i]);
	mem_free(f->unit, f->unit_cap * sizeof(*f->unit));
	table_release(&f->functions);
	*f = (struct dwarf_file){ 0 };
}

struct dwarf_unit *dwarf_unit_at(const struct dwarf_file *f, uint64_t offset)
{
	size_t from = 0, to = f->nunit;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (f->unit[mid].offset <= offset)
			from = mid + 1;
		else
			to = mid;
	}
	if (!from || offset < f->unit[from - 1].first || offset >= f->unit[from - 1].end)
		return NULL;
	return &f->unit[from - 1];
}

/* Entries */

/* The attribute of a code, or DWARF_NATTRIBUTE. */
static enum dwarf_attribute attribute_of(uint64_t code)
{
#define DWARF_CASE(name, code)                                                                     \
	case code: return ATTR_##name;
	switch (code) {
		DWARF_ATTRIBUTES(DWARF_CASE)
	default: return DWARF_NATTRIBUTE;
	}
#undef DWARF_CASE
}

/* The next attribute and its form in .debug_abbrev; false at the end of the list. */
static bool next_attribute(struct cursor *list, uint64_t *code, uint16_t *form, int64_t *constant)
{
	*code = cursor_uleb(list);
	*form = (uint16_t)cursor_uleb(list);
	*constant = *form == FORM_IMPLICIT_CONST ? cursor_sleb(list) : 0;
	return (*code || *form) && !list->failed;
}

bool dwarf_abbrev_next(struct cursor *table, struct str section, struct dwarf_abbrev *a)
{
	uint64_t code;
	uint16_t form;
	int64_t constant;

	a->code = cursor_uleb(table);
	if (!a->code)
		return false;
	a->tag = (uint16_t)cursor_uleb(table);
	a->children = cursor_u8(table);
	a->list = (uint64_t)(table->at - (const uint8_t *)section.p);
	while (next_attribute(table, &code, &form, &constant))
		;
	return !table->failed;
}

void dwarf_attributes_read(const struct dwarf_unit *u, struct cursor *values, uint64_t list,
			   struct dwarf_entry *e)
{
	struct cursor c = cursor_from(u->file->section[DWARF_ABBREV], list);
	uint64_t code;
	uint16_t form;
	int64_t constant;

	e->unit = u;
	e->has = 0;
	while (next_attribute(&c, &code, &form, &constant)) {
		enum dwarf_attribute a = attribute_of(code);
		struct dwarf_value *v = a < DWARF_NATTRIBUTE ? &e->value[a] : NULL;

		dwarf_read_value(values, u->encoding, form, v);
		if (v && form == FORM_IMPLICIT_CONST)
			v->v = (uint64_t)constant;
		if (v)
			e->has |= 1u << a;
	}
	if (values->failed)
		e->has = 0;
}

bool dwarf_entry_read(const struct dwarf_unit *u, uint64_t offset, struct dwarf_entry *e)
{
	struct str info = u->file->section[DWARF_INFO], abbrevs = u->file->section[DWARF_ABBREV];
	struct cursor values = cursor_from(str(info.p, (size_t)u->end), offset);
	struct cursor table = cursor_from(abbrevs, u->abbrev);
	const uint8_t *from = table.at;
	uint64_t code = cursor_uleb(&values);
	struct dwarf_abbrev a;
	bool found = false;

	e->unit = u;
	e->has = 0;
	while (code && !found && dwarf_abbrev_next(&table, abbrevs, &a))
		found = a.code == code;
	if (!dwarf_work(u->file, (uint64_t)(table.at - from) + 64) || !found)
		return false;
	e->tag = a.tag;
	e->children = a.children;
	dwarf_attributes_read(u, &values, a.list, e);
	return !values.failed;
}

bool dwarf_unit_read(struct dwarf_unit *u, struct dwarf_entry *root)
{
	if (!dwarf_entry_read(u, u->first, root))
		return false;
	/* The bases first: other values are relative to them. */
	if (dwarf_has(root, ATTR_STR_OFFSETS_BASE))
		u->str_offsets_base = dwarf_number(root, ATTR_STR_OFFSETS_BASE);
	if (dwarf_has(root, ATTR_RNGLISTS_BASE))
		u->rnglists_base = dwarf_number(root, ATTR_RNGLISTS_BASE);
	if (dwarf_has(root, ATTR_ADDR_BASE) || dwarf_has(root, ATTR_GNU_ADDR_BASE))
		u->addr_base = dwarf_number(root, ATTR_ADDR_BASE) |
			       dwarf_number(root, ATTR_GNU_ADDR_BASE);
	u->ranges_base = dwarf_number(root, ATTR_GNU_RANGES_BASE);
	if (dwarf_has(root, ATTR_GNU_DWO_ID))
		u->dwo_id = dwarf_number(root, ATTR_GNU_DWO_ID);
	u->has_lines = dwarf_has(root, ATTR_STMT_LIST);
	u->lines = dwarf_number(root, ATTR_STMT_LIST);
	u->language = (uint16_t)dwarf_number(root, ATTR_LANGUAGE);
	u->comp_dir = dwarf_text(root, ATTR_COMP_DIR);
	u->dwo_name = dwarf_text(root, ATTR_DWO_NAME);
	if (!u->dwo_name.n)
		u->dwo_name = dwarf_text(root, ATTR_GNU_DWO_NAME);
	if (!dwarf_address(root, ATTR_LOW_PC, &u->low))
		u->low = 0;
	return true;
}

/* Values */

struct str dwarf_text_at(struct str section, uint64_t offset)
{
	struct cursor c = cursor_from(section, offset);

	return cursor_text(&c);
}

uint64_t dwarf_number(const struct dwarf_entry *e, enum dwarf_attribute a)
{
	return dwarf_has(e, a) ? e->value[a].v : 0;
}

static struct str indexed_text(const struct dwarf_unit *u, uint64_t i)
{
	uint64_t at;
	struct cursor c;

	if (__builtin_mul_overflow(i, u->encoding.offset_size, &at) ||
	    __builtin_add_overflow(at, u->str_offsets_base, &at))
		return S("");
	c = cursor_from(u->file->section[DWARF_STR_OFFSETS], at);
	at = cursor_int(&c, u->encoding.offset_size);
	return c.failed ? S("") : dwarf_text_at(u->file->section[DWARF_STR], at);
}

struct str dwarf_value_text(const struct dwarf_unit *u, const struct dwarf_value *v)
{
	const struct dwarf_file *f = u->file;

	switch (v->form) {
	case FORM_STRING: return v->text;
	case FORM_STRP: return dwarf_text_at(f->section[DWARF_STR], v->v);
	case FORM_LINE_STRP: return dwarf_text_at(f->section[DWARF_LINE_STR], v->v);
	case FORM_STRP_SUP:
	case FORM_GNU_STRP_ALT:
		return f->sup ? dwarf_text_at(f->sup->section[DWARF_STR], v->v) : S("");
	case FORM_STRX:
	case FORM_STRX1:
	case FORM_STRX2:
	case FORM_STRX3:
	case FORM_STRX4:
	case FORM_GNU_STR_INDEX: return indexed_text(u, v->v);
	default: return S("");
	}
}

struct str dwarf_text(const struct dwarf_entry *e, enum dwarf_attribute a)
{
	return dwarf_has(e, a) ? dwarf_value_text(e->unit, &e->value[a]) : S("");
}

bool dwarf_address_at(const struct dwarf_unit *u, uint64_t i, uint64_t *address)
{
	uint64_t at;
	struct cursor c;

	if (__builtin_mul_overflow(i, u->encoding.address_size, &at) ||
	    __builtin_add_overflow(at, u->addr_base, &at))
		return false;
	c = cursor_from(u->file->section[DWARF_ADDR], at);
	*address = cursor_int(&c, u->encoding.address_size);
	return !c.failed;
}

bool dwarf_address(const struct dwarf_entry *e, enum dwarf_attribute a, uint64_t *address)
{
	if (!dwarf_has(e, a))
		return false;
	switch (e->value[a].form) {
	case FORM_ADDR: *address = e->value[a].v; return true;
	case FORM_ADDRX:
	case FORM_ADDRX1:
	case FORM_ADDRX2:
	case FORM_ADDRX3:
	case FORM_ADDRX4:
	case FORM_GNU_ADDR_INDEX: return dwarf_address_at(e->unit, e->value[a].v, address);
	default: return false;
	}
}

static struct dwarf_place place_in(const struct dwarf_file *f, uint64_t offset)
{
	return (struct dwarf_place){ f ? dwarf_unit_at(f, offset) : NULL, offset };
}

bool dwarf_reference(const struct dwarf_entry *e, enum dwarf_attribute a, struct dwarf_place *to)
{
	const struct dwarf_unit *u = e->unit;
	struct dwarf_place found = { 0 };
	uint64_t v = dwarf_number(e, a);

	if (!dwarf_has(e, a))
		return false;
	switch (e->value[a].form) {
	case FORM_REF1:
	case FORM_REF2:
	case FORM_REF4:
	case FORM_REF8:
	case FORM_REF_UDATA:
		found = (struct dwarf_place){ u, u->offset + v };
		if (found.offset < u->first || found.offset >= u->end)
			return false;
		break;
	case FORM_REF_ADDR: found = place_in(u->file, v); break;
	case FORM_REF_SUP4:
	case FORM_REF_SUP8:
	case FORM_GNU_REF_ALT: found = place_in(u->file->sup, v); break;
	default: break;
	}
	if (found.unit)
		*to = found;
	return found.unit != NULL;
}
