/*
 * Entries are in the order of a walk through the tree, and a zero follows the last child
 * of each. dwarf_siblingof() tells where that zero is, so the walk continues after it.
 * Asking the parent for its sibling instead would read all children a second time, and
 * takes three times as long. The walk only moves forward, so entries that refer to each
 * other in circles do no harm.
 */
#include "symbol/dwarf/dwarf_calls.h"

#include "symbol/dwarf/dwarf_abbrevs.h"
#include "symbol/dwarf/dwarf_function.h"
#include "symbol/dwarf/dwarf_ranges.h"
#include "symbol/dwarf/dwarf_value.h"

/* The walk ends at a deeper entry: the rest of the unit has no calls then. */
enum { DEPTH = 512 };

struct walk {
	struct dwarf_calls *to;
	const struct dwarf_unit *u;
	Dwarf_Die entry;
	const char *end;    /* of the unit */
	uint32_t in[DEPTH]; /* by depth: the call whose code this is, + 1 */
	struct {
		uint64_t offset;
		int tag;
	} above[DEPTH]; /* by depth: the entries in which this one is */
	uint32_t depth;
	uint32_t function; /* entries from this depth on are inside a function; 0 = none */
	enum { IN_NO_TYPES, IN_LOCAL_TYPES, IN_TYPES } types; /* where functions may be */
	struct buf intervals;
};

/*
 * C++ has functions in types that are local to functions, as lambdas are; C has none.
 * By number where elfutils 0.188 has no name for the language.
 */
static int function_places(uint16_t language)
{
	enum { C17 = 0x2c, C_PLUS_PLUS_17 = 0x2b };

	switch (language) {
	case DW_LANG_C89:
	case DW_LANG_C:
	case DW_LANG_C99:
	case DW_LANG_C11:
	case C17: return IN_NO_TYPES;
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case C_PLUS_PLUS_17:
	case DW_LANG_ObjC:
	case DW_LANG_ObjC_plus_plus: return IN_LOCAL_TYPES;
	default: return IN_TYPES;
	}
}

/* May there be code in the children of such an entry? */
static bool is_open(const struct walk *w, int tag)
{
	switch (tag) {
	case DW_TAG_compile_unit:
	case DW_TAG_partial_unit:
	case DW_TAG_skeleton_unit:
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_subprogram:
	case DW_TAG_inlined_subroutine:
	case DW_TAG_lexical_block:
	case DW_TAG_try_block:
	case DW_TAG_catch_block:
	case DW_TAG_with_stmt: return true;
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_interface_type:
		return w->types == IN_TYPES || (w->types == IN_LOCAL_TYPES && w->function);
	default: return false;
	}
}

struct attributes {
	struct dwarf_code code;
	Dwarf_Attribute origin;
	uint32_t file, line;
};

static int read_attribute(Dwarf_Attribute *a, void *attributes)
{
	struct attributes *to = attributes;

	dwarf_code_attribute(&to->code, a);
	switch (dwarf_whatattr(a)) {
	case DW_AT_abstract_origin: to->origin = *a; break;
	case DW_AT_call_file: to->file = (uint32_t)dwarf_number(a); break;
	case DW_AT_call_line: to->line = (uint32_t)dwarf_number(a); break;
	default: break;
	}
	return DWARF_CB_OK;
}

/* A function or an inlined call. Returns its number + 1, or 0: it has no code. */
static uint32_t add_call(struct walk *w, int tag)
{
	struct attributes a = { .code = { .unit = w->u, .entry = &w->entry } };
	struct dwarf_call call = { .function = { w->u->file, dwarf_dieoffset(&w->entry) } };
	uint32_t number = (uint32_t)BUF_COUNT(&w->to->call, call);
	size_t before = w->intervals.n;

	dwarf_getattrs(&w->entry, read_attribute, &a, 0);
	dwarf_code_intervals(&a.code, w->depth, number, &w->intervals);
	if (w->intervals.n == before)
		return 0;
	if (a.origin.code)
		dwarf_reference(w->u->file, &a.origin, &call.function);
	if (tag == DW_TAG_inlined_subroutine) {
		call.parent = w->in[w->depth - 1];
		call.file = a.file;
		call.line = a.line;
	}
	buf_put(&w->to->call, &call, sizeof(call));
	return number + 1;
}

static bool is_type(int tag)
{
	return tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
	       tag == DW_TAG_union_type || tag == DW_TAG_interface_type;
}

/* Notes a function whose parent is a type that is local to another one. */
static void note_member(struct walk *w)
{
	struct dwarf_member m = { .offset = dwarf_dieoffset(&w->entry) };
	uint32_t at = w->depth - 1;

	if (!w->function || !is_type(w->above[at].tag))
		return;
	m.type = w->above[at].offset;
	while (at > 0 && w->above[at].tag != DW_TAG_subprogram)
		at--;
	m.within = w->above[at].offset;
	if (at > 0)
		dwarf_function_member(w->u->file, &m);
}

/* Enters a function or call. A function without code may contain a lambda with code. */
static uint32_t enter_call(struct walk *w, int tag)
{
	uint32_t call = add_call(w, tag);

	if (!w->function)
		w->function = w->depth + 1;
	return call ? call : w->in[w->depth - 1];
}

/* Continue after the last child, at the zero that ends the list. False at the end of the tree. */
static bool climb(struct walk *w, const char *at)
{
	for (; at && at < w->end && !*at; at++) {
		w->depth -= w->depth > 0;
		if (w->depth < w->function)
			w->function = 0;
		if (!w->depth)
			return false;
	}
	w->entry = (Dwarf_Die){ .addr = (void *)at, .cu = w->entry.cu };
	return at && at < w->end;
}

/* Skip the entry with its children. False at the end of the tree. */
static bool pass(struct walk *w)
{
	Dwarf_Die next;
	int how = dwarf_siblingof(&w->entry, &next);

	if (how == 0)
		w->entry = next;
	return how == 0 || (how == 1 && climb(w, next.addr));
}

static bool step(struct walk *w)
{
	int tag = dwarf_tag(&w->entry);
	uint32_t in = w->depth ? w->in[w->depth - 1] : 0, function = w->function;
	Dwarf_Die child;

	if (!is_open(w, tag))
		return pass(w);
	if (w->depth && tag == DW_TAG_subprogram)
		note_member(w);
	if (w->depth && (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine))
		in = enter_call(w, tag);
	if (dwarf_child(&w->entry, &child) != 0) {
		w->function = function;
		return pass(w);
	}
	if (w->depth + 1 >= DEPTH)
		return false;
	w->above[w->depth].offset = dwarf_dieoffset(&w->entry);
	w->above[w->depth].tag = tag;
	w->in[w->depth++] = in;
	w->entry = child;
	return true;
}

void dwarf_calls_read(struct dwarf_calls *c, const struct dwarf_unit *u)
{
	struct walk *w = mem_zeroed(1, sizeof(*w));

	*c = (struct dwarf_calls){ 0 };
	w->to = c;
	w->u = u;
	w->end = u->file->section[DWARF_INFO].p + u->end;
	w->types = function_places(u->language);
	if (dwarf_afford_walk(u, &u->file->held) &&
	    dwarf_entry_at((struct dwarf_place){ u->file, u->root }, &w->entry))
		while (step(w))
			;
	spans_init(&c->spans, (struct interval *)w->intervals.p,
		   BUF_COUNT(&w->intervals, struct interval));
	buf_release(&w->intervals);
	mem_free(w, sizeof(*w));
}

void dwarf_calls_release(struct dwarf_calls *c)
{
	buf_release(&c->call);
	spans_release(&c->spans);
}

size_t dwarf_calls_size(const struct dwarf_calls *c)
{
	return c->call.cap + c->spans.cap * sizeof(struct span);
}

const struct dwarf_call *dwarf_calls_find(const struct dwarf_calls *c, uint64_t addr)
{
	const struct span *span = spans_find(&c->spans, addr);

	return span ? (const struct dwarf_call *)c->call.p + span->id : NULL;
}

const struct dwarf_call *dwarf_calls_parent(const struct dwarf_calls *c,
					    const struct dwarf_call *call)
{
	return call->parent ? (const struct dwarf_call *)c->call.p + call->parent - 1 : NULL;
}
