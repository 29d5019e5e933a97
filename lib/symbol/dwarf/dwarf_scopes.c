/*
 * An entry does not lead to its parent, so all namespaces and types of a unit are walked through
 * once. Functions themselves are not entered.
 */
#include "symbol/dwarf/dwarf_scopes.h"

#include "symbol/dwarf/dwarf_abbrevs.h"
#include "symbol/dwarf/dwarf_value.h"

enum {
	DEPTH = 64,
	MOST_NAME = 1024,
	MOST_SCOPED = 1 << 18, /* a hostile unit may have one in each byte */
};

struct scoped {
	uint64_t offset; /* of the function's entry, or of the root of a unit that was read */
	uint32_t scope;  /* payload: of file->scoped */
};

static bool is_scope(int tag)
{
	return tag == DW_TAG_namespace || tag == DW_TAG_class_type ||
	       tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

/* Appends "name::" to a scope. False if it becomes too long. */
static bool add_name(struct buf *scope, struct dwarf_file *f, Dwarf_Die *entry, int tag)
{
	struct str name = S("");
	Dwarf_Attribute a;

	if (dwarf_attr(entry, DW_AT_name, &a))
		name = dwarf_text(f, &a);
	if (!name.n)
		name = tag == DW_TAG_namespace ? S("(anonymous namespace)") : S("{unnamed}");
	if (scope->n + name.n > MOST_NAME)
		return false;
	buf_printf(scope, "%.*s::", STR_ARG(name));
	return true;
}

static void note_function(struct dwarf_file *f, Dwarf_Die *entry, struct str scope)
{
	struct scoped s = { .offset = dwarf_dieoffset(entry) };

	if (!scope.n || f->scopes.n >= MOST_SCOPED || dwarf_hasattr(entry, DW_AT_linkage_name))
		return;
	s.scope = strings_intern(&f->scoped, scope);
	table_intern(&f->scopes, &s);
}

/* Notes the functions in an entry, whose scope is given, and in the scopes within it. */
static void read_scope(struct dwarf_file *f, Dwarf_Die *entry, struct buf *scope, int depth)
{
	Dwarf_Die child;
	int more = depth < DEPTH ? dwarf_child(entry, &child) : 1;

	for (; more == 0 && dwarf_work(f, 1); more = dwarf_siblingof(&child, &child)) {
		int tag = dwarf_tag(&child);
		size_t n = scope->n;

		if (tag == DW_TAG_subprogram)
			note_function(f, &child, buf_str(scope));
		else if (is_scope(tag) && add_name(scope, f, &child, tag))
			read_scope(f, &child, scope, depth + 1);
		scope->n = n;
	}
}

static void read_unit(struct dwarf_unit *u)
{
	struct scoped was_read = { .offset = u->root };
	struct buf scope = { 0 };
	Dwarf_Die root;

	table_intern(&u->file->scopes, &was_read);
	if (dwarf_afford_walk(u, &u->file->held) &&
	    dwarf_entry_at((struct dwarf_place){ u->file, u->root }, &root))
		read_scope(u->file, &root, &scope, 0);
	buf_release(&scope);
}

struct str dwarf_scope(struct dwarf_place function)
{
	struct dwarf_file *f = function.file;
	struct dwarf_unit *u = dwarf_unit_at(f, function.offset);
	const struct scoped *found;

	if (!u)
		return S("");
	if (!table_find(&f->scopes, &u->root))
		read_unit(u);
	found = table_row(&f->scopes, table_find(&f->scopes, &function.offset));
	return strings_get(&f->scoped, found->scope);
}

void dwarf_scopes_init(struct dwarf_file *f)
{
	table_init(&f->scopes, sizeof(struct scoped), sizeof(uint64_t));
}

void dwarf_scopes_release(struct dwarf_file *f)
{
	table_release(&f->scopes);
}
