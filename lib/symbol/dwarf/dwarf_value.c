#include "symbol/dwarf/dwarf_value.h"

#include "io/cursor.h"

struct str dwarf_text_at(struct str section, uint64_t offset)
{
	struct cursor c = cursor_from(section, offset);

	return cursor_text(&c);
}

/* A text in one of the file's sections; libdw 0.188 does not check for its end. */
static bool text_within(const struct dwarf_file *f, const char *text, struct str *found)
{
	static const uint8_t sections[] = { DWARF_STR, DWARF_INFO, DWARF_LINE_STR };

	for (size_t i = 0; i < LEN(sections); i++) {
		struct str s = f->section[sections[i]];

		if ((uintptr_t)text < (uintptr_t)s.p || (uintptr_t)text - (uintptr_t)s.p >= s.n)
			continue;
		*found = dwarf_text_at(s, (uint64_t)(text - s.p));
		return true;
	}
	return false;
}

static bool is_alternate(unsigned form)
{
	return form == DW_FORM_GNU_ref_alt || form == DW_FORM_GNU_strp_alt ||
	       form == DW_FORM_strp_sup || form == DW_FORM_ref_sup4 || form == DW_FORM_ref_sup8;
}

struct str dwarf_text(const struct dwarf_file *f, Dwarf_Attribute *a)
{
	bool alternate = is_alternate(dwarf_whatform(a));
	const struct dwarf_file *in = alternate ? f->alt : f;
	struct str found = S("");
	const char *text;

	/* Without its alternate file libdw would look for one by itself. */
	if (!in || !in->handle)
		return found;
	text = dwarf_formstring(a);
	return text && text_within(in, text, &found) && dwarf_work(f, found.n) ? found : S("");
}

uint64_t dwarf_number(Dwarf_Attribute *a)
{
	uint64_t v;

	return dwarf_formudata(a, &v) == 0 ? v : 0;
}

/* DWARF 5's reference to the alternate file, which libdw takes for one within the file. */
static uint64_t sup_offset(const struct dwarf_file *f, const Dwarf_Attribute *a)
{
	struct str info = f->section[DWARF_INFO];
	struct cursor c = cursor_from(info, (uint64_t)((char *)a->valp - info.p));

	return cursor_int(&c, a->form == DW_FORM_ref_sup4 ? 4 : 8);
}

bool dwarf_reference(const struct dwarf_file *f, Dwarf_Attribute *a, struct dwarf_place *to)
{
	unsigned form = dwarf_whatform(a);
	struct dwarf_file *in = is_alternate(form) ? f->alt : (struct dwarf_file *)f;
	Dwarf_Die entry;

	/* A type's signature leads to no function, and libdw would read all units for it. */
	if (!in || !in->handle || form == DW_FORM_ref_sig8)
		return false;
	if (form == DW_FORM_ref_sup4 || form == DW_FORM_ref_sup8)
		*to = (struct dwarf_place){ in, sup_offset(f, a) };
	else if (dwarf_formref_die(a, &entry))
		*to = (struct dwarf_place){ in, dwarf_dieoffset(&entry) };
	else
		return false;
	return true;
}
