#include "symbol/dwarf_function.h"

_Static_assert(sizeof(struct dwarf_function) == 56, "no padding");

/* Take over what an entry says and the ones before it did not. */
static void add_facts(struct dwarf_function *f, const struct dwarf_entry *e)
{
	if (!f->linkage.n)
		f->linkage = dwarf_text(e, ATTR_LINKAGE_NAME);
	if (!f->linkage.n)
		f->linkage = dwarf_text(e, ATTR_MIPS_LINKAGE_NAME);
	if (!f->name.n)
		f->name = dwarf_text(e, ATTR_NAME);
	if (!f->file && dwarf_has(e, ATTR_DECL_FILE)) {
		f->file = (uint32_t)dwarf_number(e, ATTR_DECL_FILE);
		f->file_unit = e->unit;
	}
	if (!f->line)
		f->line = (uint32_t)dwarf_number(e, ATTR_DECL_LINE);
}

static struct dwarf_function read_function(struct dwarf_place at)
{
	enum { FAR = 8 }; /* entries that refer to each other in a circle end here */
	struct dwarf_function f = { .offset = at.offset };
	struct dwarf_entry e;

	for (int i = 0; i < FAR && dwarf_entry_read(at.unit, at.offset, &e); i++) {
		add_facts(&f, &e);
		if (!dwarf_reference(&e, ATTR_ABSTRACT_ORIGIN, &at) &&
		    !dwarf_reference(&e, ATTR_SPECIFICATION, &at))
			break;
	}
	return f;
}

const struct dwarf_function *dwarf_function_at(struct dwarf_place entry)
{
	struct table *known = &entry.unit->file->functions;
	uint32_t row = table_find(known, &entry.offset);

	if (!row) {
		struct dwarf_function f = read_function(entry);

		row = table_add(known, &f);
	}
	return table_row(known, row);
}

void dwarf_functions_forget(struct dwarf_file *f)
{
	table_release(&f->functions);
	table_init(&f->functions, sizeof(struct dwarf_function), sizeof(uint64_t));
}
