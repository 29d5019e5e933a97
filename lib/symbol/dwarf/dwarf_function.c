/*
 * dwarf_attr_integrate() also follows references, but once for each attribute, and it
 * opens the alternate file by itself.
 */
#include "symbol/dwarf/dwarf_function.h"

#include "symbol/dwarf/dwarf_scopes.h"
#include "symbol/dwarf/dwarf_value.h"

_Static_assert(sizeof(struct dwarf_function) == 56, "no padding");

/* The attributes of one entry, and the entry to which it refers. */
struct reading {
	struct dwarf_file *file;
	struct dwarf_function *f;
	struct dwarf_place next; /* file == NULL: it refers to none */
	bool has_file;
};

/* Take the attributes that earlier entries did not have. */
static int read_attribute(Dwarf_Attribute *a, void *reading)
{
	struct reading *r = reading;
	struct dwarf_function *f = r->f;

	switch (dwarf_whatattr(a)) {
	case DW_AT_linkage_name:
	case DW_AT_MIPS_linkage_name:
		if (!f->linkage.n)
			f->linkage = dwarf_text(r->file, a);
		break;
	case DW_AT_name:
		if (!f->name.n)
			f->name = dwarf_text(r->file, a);
		break;
	case DW_AT_decl_file:
		if (!f->file) {
			f->file = (uint32_t)dwarf_number(a);
			r->has_file = true;
		}
		break;
	case DW_AT_decl_line:
		if (!f->line)
			f->line = (uint32_t)dwarf_number(a);
		break;
	case DW_AT_abstract_origin:
	case DW_AT_specification: dwarf_reference(r->file, a, &r->next); break;
	default: break;
	}
	return DWARF_CB_OK;
}

/* Members of local types */

/* The name of a type, or what stands for it. */
static struct str type_name(struct dwarf_place at, struct str member)
{
	struct str name = S("");
	Dwarf_Attribute a;
	Dwarf_Die entry;

	if (dwarf_entry_at(at, &entry) && dwarf_attr(&entry, DW_AT_name, &a))
		name = dwarf_text(at.file, &a);
	if (name.n)
		return name;
	return str_starts(member, S("operator()")) ? S("{lambda}") : S("{unnamed}");
}

/* Puts "run()::<lambda(int)>::" before a member's name, unless that becomes too long. */
static void add_scopes(struct dwarf_file *file, const struct dwarf_member *m,
		       struct dwarf_function *f)
{
	enum { MOST = 1024 };
	struct str type = type_name((struct dwarf_place){ file, m->type }, f->name);
	struct str within = dwarf_function_at((struct dwarf_place){ file, m->within })->name;
	struct buf name = { 0 };

	if (!within.n || within.n + type.n + f->name.n > MOST)
		return;
	buf_printf(&name, "%.*s%s::%.*s::%.*s", STR_ARG(within),
		   str_ends(within, S(")")) ? "" : "()", STR_ARG(type), STR_ARG(f->name));
	f->name = strings_get(&file->scoped, strings_intern(&file->scoped, buf_str(&name)));
	buf_release(&name);
}

/* Is the unit of an entry in C++? By number where elfutils 0.188 has no name for the version. */
static bool is_cpp(struct dwarf_place at)
{
	enum { C_PLUS_PLUS_17 = 0x2b, C_PLUS_PLUS_20 = 0x2e };
	struct dwarf_unit *u = dwarf_unit_at(at.file, at.offset);
	Dwarf_Die root;

	if (!u || (!u->read && !dwarf_unit_read(u, &root)))
		return false;
	switch (u->language) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case C_PLUS_PLUS_17:
	case C_PLUS_PLUS_20: return true;
	default: return false;
	}
}

/* Puts the scope of an entry, "(anonymous namespace)::list::", before the name. */
static void add_scope(struct dwarf_place at, struct dwarf_function *f)
{
	struct str scope = dwarf_scope(at);
	struct buf name = { 0 };

	if (!scope.n || !f->name.n)
		return;
	buf_add(&name, scope);
	buf_add(&name, f->name);
	f->name = strings_get(&at.file->scoped, strings_intern(&at.file->scoped, buf_str(&name)));
	buf_release(&name);
}

/* The member at an entry; its offset is 0 if there is none. */
static struct dwarf_member member_at(struct dwarf_place at)
{
	const struct table *members = &at.file->members;

	return *(struct dwarf_member *)table_row(members, table_find(members, &at.offset));
}

void dwarf_function_member(struct dwarf_file *f, const struct dwarf_member *member)
{
	enum { MOST = 1 << 18 }; /* a hostile unit may have one in each byte */

	if (f->members.n < MOST)
		table_intern(&f->members, member);
}

static struct dwarf_function read_function(struct dwarf_place at)
{
	enum { FAR = 8, STEPS = 256 }; /* FAR ends a circle of references */
	struct dwarf_function f = { .offset = at.offset };
	struct dwarf_member member = { 0 };
	struct dwarf_place from = at;
	struct dwarf_file *of = at.file;
	Dwarf_Die entry;

	for (int i = 0; i < FAR && dwarf_work(at.file, STEPS) && dwarf_entry_at(at, &entry); i++) {
		struct reading r = { .file = at.file, .f = &f };

		dwarf_getattrs(&entry, read_attribute, &r, 0);
		if (r.has_file)
			f.file_unit = dwarf_unit_at(at.file, at.offset);
		if (!member.offset) {
			member = member_at(at);
			of = at.file;
		}
		if (!r.next.file)
			break;
		at = r.next;
	}
	if (member.offset && !f.linkage.n)
		add_scopes(of, &member, &f);
	else if (!f.linkage.n && (is_cpp(from) || is_cpp(at)))
		add_scope(at, &f);
	return f;
}

const struct dwarf_function *dwarf_function_at(struct dwarf_place entry)
{
	struct table *known = &entry.file->functions;
	uint32_t row = table_find(known, &entry.offset);

	if (!row) {
		struct dwarf_function f = read_function(entry);

		row = table_add(known, &f);
	}
	return table_row(known, row);
}

void dwarf_functions_init(struct dwarf_file *f)
{
	table_init(&f->functions, sizeof(struct dwarf_function), sizeof(uint64_t));
	table_init(&f->members, sizeof(struct dwarf_member), sizeof(uint64_t));
	dwarf_scopes_init(f);
	strings_init(&f->scoped);
}

void dwarf_functions_release(struct dwarf_file *f)
{
	table_release(&f->functions);
	table_release(&f->members);
	dwarf_scopes_release(f);
	strings_release(&f->scoped);
}

void dwarf_functions_forget(struct dwarf_file *f)
{
	dwarf_functions_release(f);
	dwarf_functions_init(f);
}
