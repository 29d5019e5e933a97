/*
 * Entries follow each other in the order of a walk through the tree; one that has
 * children is followed by them and by a zero. So the walk is a loop over bytes, and
 * entries that refer to each other in circles cannot lead it astray. Most entries
 * tell of types and variables; they are passed by the size that their abbreviation
 * gives, or with all that is in them when they say where their sibling is.
 */
#include "symbol/dwarf_calls.h"

#include "symbol/dwarf_ranges.h"

/* Deeper trees are cut off: the rest of their unit stays without calls. */
enum { DEPTH = 512 };

/* An abbreviation, prepared. */
struct abbrev {
	uint16_t tag;
	bool children, known;
	bool sibling; /* there is a DW_AT_sibling among its attributes */
	bool fixed;   /* all values have a fixed size, `size` in sum */
	uint32_t size;
	uint64_t list;
};

struct walk {
	struct dwarf_calls *to;
	const struct dwarf_unit *u;
	struct buf abbrevs; /* struct abbrev, by code; what codes are large is not kept */
	struct cursor c;
	uint32_t in[DEPTH]; /* by depth: the call whose code this is, + 1 */
	uint32_t depth;
	uint32_t passing;  /* depth from which on nothing is of interest; 0: everything is */
	uint32_t function; /* depth from which on all is inside of a function; 0: nothing is */
	enum { IN_NO_TYPES, IN_LOCAL_TYPES, IN_TYPES } types; /* where functions may be */
	struct buf pieces;
	struct dwarf_entry e;
};

/* Abbreviations */

static void measure(struct walk *w, struct abbrev *a)
{
	struct cursor c = cursor_from(w->u->file->section[DWARF_ABBREV], a->list);

	a->fixed = true;
	for (;;) {
		uint64_t code = cursor_uleb(&c);
		uint16_t form = (uint16_t)cursor_uleb(&c);
		int size = dwarf_form_size(w->u->encoding, form);

		if (form == FORM_IMPLICIT_CONST)
			cursor_sleb(&c);
		if ((!code && !form) || c.failed)
			return;
		a->fixed = a->fixed && size >= 0;
		a->size += size > 0 ? (uint32_t)size : 0;
		a->sibling = a->sibling || code == 0x01;
	}
}

static void add_abbrev(struct walk *w, const struct dwarf_abbrev *from)
{
	enum { MOST = 1 << 16 };
	size_t have = BUF_COUNT(&w->abbrevs, struct abbrev), need = from->code + 1;
	struct abbrev *to;

	if (from->code >= MOST)
		return;
	if (have < need) {
		memset(buf_room(&w->abbrevs, (need - have) * sizeof(*to)), 0,
		       (need - have) * sizeof(*to));
		w->abbrevs.n = need * sizeof(*to);
	}
	to = (struct abbrev *)w->abbrevs.p + from->code;
	if (to->known)
		return;
	*to = (struct abbrev){
		.tag = from->tag, .children = from->children, .known = true, .list = from->list
	};
	measure(w, to);
}

static void read_abbrevs(struct walk *w)
{
	struct str section = w->u->file->section[DWARF_ABBREV];
	struct cursor table = cursor_from(section, w->u->abbrev);
	struct dwarf_abbrev a;

	while (dwarf_work(w->u->file, 32) && dwarf_abbrev_next(&table, section, &a))
		add_abbrev(w, &a);
}

static const struct abbrev *abbrev_of(const struct walk *w, uint64_t code)
{
	const struct abbrev *a = (const struct abbrev *)w->abbrevs.p;

	return code < BUF_COUNT(&w->abbrevs, *a) && a[code].known ? &a[code] : NULL;
}

/* The walk */

/* C++ has functions in types that are local to functions, as lambdas are; C has none. */
static int function_places(uint16_t language)
{
	static const uint8_t c[] = { 0x01, 0x02, 0x0c, 0x1d, 0x2c };
	static const uint8_t cplusplus[] = { 0x04, 0x10, 0x11, 0x1a, 0x21, 0x2b };

	if (language <= 0xff && memchr(c, language, sizeof(c)))
		return IN_NO_TYPES;
	if (language <= 0xff && memchr(cplusplus, language, sizeof(cplusplus)))
		return IN_LOCAL_TYPES;
	return IN_TYPES;
}

/* May there be code in the children of such an entry? */
static bool is_open(const struct walk *w, uint16_t tag)
{
	switch (tag) {
	case TAG_COMPILE_UNIT:
	case TAG_PARTIAL_UNIT:
	case TAG_SKELETON_UNIT:
	case TAG_NAMESPACE:
	case TAG_MODULE:
	case TAG_SUBPROGRAM:
	case TAG_INLINED_SUBROUTINE:
	case TAG_LEXICAL_BLOCK:
	case TAG_TRY_BLOCK:
	case TAG_CATCH_BLOCK:
	case TAG_WITH_STMT: return true;
	case TAG_CLASS_TYPE:
	case TAG_STRUCTURE_TYPE:
	case TAG_UNION_TYPE:
	case TAG_INTERFACE_TYPE:
		return w->types == IN_TYPES || (w->types == IN_LOCAL_TYPES && w->function);
	default: return false;
	}
}

/* Enter a function or an inlined call that has code. Returns its number + 1, or 0. */
static uint32_t add_call(struct walk *w, uint16_t tag, uint64_t offset)
{
	struct dwarf_call call = { .function = { w->u, offset } };
	uint32_t number = (uint32_t)BUF_COUNT(&w->to->call, call);
	size_t before = w->pieces.n;

	dwarf_ranges(&w->e, w->depth, number, &w->pieces);
	if (w->pieces.n == before)
		return 0;
	dwarf_reference(&w->e, ATTR_ABSTRACT_ORIGIN, &call.function);
	if (tag == TAG_INLINED_SUBROUTINE) {
		call.parent = w->in[w->depth - 1];
		call.file = (uint32_t)dwarf_number(&w->e, ATTR_CALL_FILE);
		call.line = (uint32_t)dwarf_number(&w->e, ATTR_CALL_LINE);
	}
	buf_put(&w->to->call, &call, sizeof(call));
	return number + 1;
}

static void pass_values(struct walk *w, const struct abbrev *a)
{
	if (a->fixed)
		cursor_skip(&w->c, a->size);
	else
		dwarf_attributes_read(w->u, &w->c, a->list, &w->e);
}

/* Move to the sibling of the entry that was read, if it says where that is. */
static bool to_sibling(struct walk *w)
{
	struct dwarf_place sibling;
	const uint8_t *to;

	if (!dwarf_reference(&w->e, ATTR_SIBLING, &sibling) || sibling.unit != w->u)
		return false;
	to = (const uint8_t *)w->u->file->section[DWARF_INFO].p + sibling.offset;
	if (to < w->c.at || to > w->c.end)
		return false; /* never back, so the walk comes to an end */
	w->c.at = to;
	return true;
}

/* Pass an entry with all that is in it. */
static void pass(struct walk *w, const struct abbrev *a)
{
	if (!a->children || !a->sibling) {
		pass_values(w, a);
	} else {
		dwarf_attributes_read(w->u, &w->c, a->list, &w->e);
		if (to_sibling(w))
			return;
	}
	if (!a->children)
		return;
	if (!w->passing)
		w->passing = w->depth + 1;
	w->in[w->depth++] = 0;
}

/* A function or an inlined call. One without code of its own may yet have a lambda's inside. */
static void enter_call(struct walk *w, const struct abbrev *a, uint64_t offset)
{
	uint32_t call;

	dwarf_attributes_read(w->u, &w->c, a->list, &w->e);
	call = add_call(w, a->tag, offset);
	if (!a->children)
		return;
	if (!w->function)
		w->function = w->depth + 1;
	w->in[w->depth] = call ? call : w->in[w->depth - 1];
	w->depth++;
}

static void enter(struct walk *w, const struct abbrev *a)
{
	pass_values(w, a);
	if (!a->children)
		return;
	w->in[w->depth] = w->depth ? w->in[w->depth - 1] : 0;
	w->depth++;
}

static void leave(struct walk *w)
{
	w->depth -= w->depth > 0;
	if (w->depth < w->passing)
		w->passing = 0;
	if (w->depth < w->function)
		w->function = 0;
}

/* One entry, or the zero behind the last child of one. False at the end. */
static bool step(struct walk *w)
{
	uint64_t offset = (uint64_t)(w->c.at - (const uint8_t *)w->u->file->section[DWARF_INFO].p);
	uint64_t code = cursor_uleb(&w->c);
	const struct abbrev *a;

	if (!code) {
		leave(w);
		return w->depth > 0 && !w->c.failed;
	}
	a = abbrev_of(w, code);
	if (!a || w->depth + 1 >= DEPTH)
		return false;
	if (w->passing || !is_open(w, a->tag))
		pass(w, a);
	else if (w->depth && (a->tag == TAG_SUBPROGRAM || a->tag == TAG_INLINED_SUBROUTINE))
		enter_call(w, a, offset);
	else
		enter(w, a);
	return w->depth > 0 && !w->c.failed;
}

void dwarf_calls_read(struct dwarf_calls *c, const struct dwarf_unit *u)
{
	struct walk *w = mem_zeroed(1, sizeof(*w));
	struct str info = u->file->section[DWARF_INFO];

	*c = (struct dwarf_calls){ 0 };
	w->to = c;
	w->u = u;
	w->c = cursor_from(str(info.p, (size_t)u->end), u->first);
	w->types = function_places(u->language);
	read_abbrevs(w);
	while (dwarf_work(u->file, 16) && step(w))
		;
	spans_init(&c->spans, (struct piece *)w->pieces.p, BUF_COUNT(&w->pieces, struct piece));
	buf_release(&w->pieces);
	buf_release(&w->abbrevs);
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
