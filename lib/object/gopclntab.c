#include "object/gopclntab.h"

#include "io/cursor.h"
#include "object/go_module.h"

enum { MAGIC_118 = 0xfffffff0u, MAGIC_120 = 0xfffffff1u };
enum { PCDATA_INLINED = 2, FUNCDATA_INLINED = 3, NONE = 0xffffffffu };

/* Offsets in a function's record and in an inlined call, by layout: 1.18, 1.20. */
enum {
	FUNC_NAME = 4,
	FUNC_PCSP = 16,
	FUNC_PCFILE = 20,
	FUNC_PCLN = 24,
	FUNC_NPCDATA = 28,
	FUNC_CU_OFFSET = 32,
	FUNC_START_LINE = 36, /* 1.20 */
};
static const uint8_t FUNC_SIZE[] = { 40, 44 };
static const uint8_t CALL_NAME[] = { 12, 4 };
static const uint8_t CALL_PARENT[] = { 16, 8 };
static const uint8_t CALL_START_LINE = 12; /* 1.20 */
static const uint8_t CALL_SIZE[] = { 20, 16 };

static struct str part(struct str whole, uint64_t from)
{
	return from < whole.n ? str_skip(whole, (size_t)from) : S("");
}

static uint32_t u32_at(struct str s, uint64_t at)
{
	struct cursor c = cursor_from(s, at);

	return (uint32_t)cursor_int(&c, 4);
}

static struct str text_at(struct str s, uint64_t offset)
{
	struct cursor c = cursor_from(s, offset);

	return cursor_text(&c);
}

/* Opening */

/*
 * Reads the header: magic, two zeros, the size of the shortest instruction, the size of a pointer;
 * then numbers of that size: functions, files, text, and the offsets of the parts.
 */
static bool read_header(struct gopclntab *t)
{
	struct cursor c = cursor_over(t->bytes);
	uint32_t magic = (uint32_t)cursor_int(&c, 4);

	if (magic != MAGIC_118 && magic != MAGIC_120)
		return false;
	t->v120 = magic == MAGIC_120;
	if (cursor_int(&c, 2) != 0)
		return false;
	t->minimum = cursor_u8(&c);
	if (cursor_u8(&c) != 8 || !t->minimum)
		return false;
	t->nfunc = (size_t)cursor_int(&c, 8);
	cursor_skip(&c, 8); /* files */
	t->text = cursor_int(&c, 8);
	t->names = part(t->bytes, cursor_int(&c, 8));
	t->cutab = part(t->bytes, cursor_int(&c, 8));
	t->files = part(t->bytes, cursor_int(&c, 8));
	t->pctab = part(t->bytes, cursor_int(&c, 8));
	t->functab = part(t->bytes, cursor_int(&c, 8));
	return !c.failed && t->nfunc && t->nfunc < t->functab.n / 8;
}

/* Finds text and inlined calls in the module data; the table's own text address is only a hint. */
static void read_module(struct gopclntab *t, const struct elf *e, uint64_t vaddr)
{
	const struct elf_section *text = elf_section(e, ".text");
	uint64_t names = (uint64_t)(t->names.p - t->bytes.p);
	struct go_module m;

	if (go_module_find(&m, e, vaddr, vaddr + names, t->v120)) {
		t->text = m.text;
		t->inlined = elf_at(e, m.inlined);
	} else if (text && (!t->text || e->type == ET_DYN)) {
		t->text = text->addr; /* 0 in the table since Go 1.26 */
	}
}

/*
 * Where the system's linker makes a position-independent program, as it does of Go with C, the
 * table is a part of .data.rel.ro, wherever an address may be.
 */
static bool find_within(struct gopclntab *t, const struct elf *e, uint64_t *vaddr)
{
	const struct elf_section *s = elf_section(e, ".data.rel.ro");
	struct str bytes = elf_contents(e, s);

	if (!elf_section(e, ".go.buildinfo"))
		return false;
	for (size_t at = 0; at < bytes.n; at += 8) {
		*t = (struct gopclntab){ .bytes = str_skip(bytes, at) };
		*vaddr = s->addr + at;
		if (read_header(t))
			return true;
	}
	return false;
}

static bool find_table(struct gopclntab *t, const struct elf *e, uint64_t *vaddr)
{
	static const char *const sections[] = { ".gopclntab", ".data.rel.ro.gopclntab" };
	const struct elf_section *s = NULL;

	for (size_t i = 0; i < LEN(sections) && !s; i++)
		s = elf_section(e, sections[i]);
	if (!s)
		return find_within(t, e, vaddr);
	*t = (struct gopclntab){ .bytes = elf_contents(e, s) };
	*vaddr = s->addr;
	return t->bytes.n && read_header(t);
}

bool gopclntab_open(struct gopclntab *t, const struct elf *e)
{
	uint64_t vaddr;

	*t = (struct gopclntab){ 0 };
	if (!find_table(t, e, &vaddr))
		return false;
	read_module(t, e, vaddr);
	return t->text != 0;
}

/* Functions */

/* The table of functions: pairs of u32, the entry and the offset of the record. */
static uint64_t entry_of(const struct gopclntab *t, size_t i)
{
	return t->text + u32_at(t->functab, i * 8);
}

bool gopclntab_function(const struct gopclntab *t, size_t i, struct gofunc *f)
{
	struct cursor name;

	f->entry = entry_of(t, i);
	f->end = entry_of(t, i + 1);
	f->record = part(t->functab, u32_at(t->functab, i * 8 + 4));
	if (f->record.n < FUNC_SIZE[t->v120])
		return false;
	name = cursor_from(t->names, u32_at(f->record, FUNC_NAME));
	f->name = cursor_text(&name);
	f->start_line = t->v120 ? u32_at(f->record, FUNC_START_LINE) : 0;
	return !name.failed;
}

bool gopclntab_find(const struct gopclntab *t, uint64_t vaddr, struct gofunc *f)
{
	size_t low = 0, high = t->nfunc;

	if (vaddr < entry_of(t, 0) || vaddr >= entry_of(t, t->nfunc))
		return false;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (entry_of(t, middle) <= vaddr)
			low = middle;
		else
			high = middle;
	}
	return gopclntab_function(t, low, f);
}

/* Values of instructions */

/*
 * The value of a table for the instruction at this offset from the entry; -1 if there is none.
 * The table is a list of pairs: the difference of the value (zigzag), which begins at -1, and the
 * difference of the address.
 */
static int32_t value_at(const struct gopclntab *t, uint32_t table, uint64_t pc, uint64_t *work)
{
	struct cursor c = cursor_from(t->pctab, table);
	uint32_t value = UINT32_MAX;
	uint64_t up_to = 0;

	for (bool first = true; table && *work && !c.failed; first = false, --*work) {
		uint32_t delta = (uint32_t)cursor_uleb(&c);

		if (!delta && !first)
			break; /* the end of the table */
		value += delta >> 1 ^ (0 - (delta & 1));
		up_to += cursor_uleb(&c) * t->minimum;
		if (pc < up_to && !c.failed)
			return (int32_t)value;
	}
	return -1;
}

bool gopclntab_depth(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		     int32_t *depth)
{
	uint64_t work = 1 << 20;

	*depth = value_at(t, u32_at(f->record, FUNC_PCSP), vaddr - f->entry, &work);
	return *depth >= 0;
}

/* The i-th offset after a function's record, which is followed by its pcdata, then its funcdata. */
static uint32_t extra(const struct gopclntab *t, const struct gofunc *f, uint64_t i)
{
	return u32_at(f->record, FUNC_SIZE[t->v120] + 4 * i);
}

/* The inlined call that contains an instruction; empty if there is none. */
static struct str call_at(const struct gopclntab *t, const struct gofunc *f, uint64_t pc,
			  uint64_t *work)
{
	uint64_t npcdata = u32_at(f->record, FUNC_NPCDATA), size = CALL_SIZE[t->v120];
	uint8_t nfuncdata = (uint8_t)f->record.p[FUNC_SIZE[t->v120] - 1];
	uint32_t tree;
	int32_t i;

	if (npcdata <= PCDATA_INLINED || nfuncdata <= FUNCDATA_INLINED)
		return S("");
	i = value_at(t, extra(t, f, PCDATA_INLINED), pc, work);
	tree = extra(t, f, npcdata + FUNCDATA_INLINED);
	if (i < 0 || tree == NONE || tree + (uint64_t)i * size + size > t->inlined.n)
		return S("");
	return str(t->inlined.p + tree + (uint64_t)i * size, size);
}

static struct str file_at(const struct gopclntab *t, const struct gofunc *f, uint64_t pc,
			  uint64_t *work)
{
	int32_t file = value_at(t, u32_at(f->record, FUNC_PCFILE), pc, work);
	uint64_t unit = u32_at(f->record, FUNC_CU_OFFSET) + (uint64_t)file;
	uint32_t name = file < 0 ? NONE : u32_at(t->cutab, 4 * unit);

	return name == NONE ? S("") : text_at(t->files, name);
}

static void add_frame(const struct gopclntab *t, const struct gofunc *f, struct str call,
		      uint64_t pc, uint64_t *work, struct buf *list)
{
	struct goframe frame = { f->name, file_at(t, f, pc, work), 0, f->start_line };
	int32_t line = value_at(t, u32_at(f->record, FUNC_PCLN), pc, work);

	if (line > 0)
		frame.line = (uint32_t)line;
	if (call.n) {
		frame.name = text_at(t->names, u32_at(call, CALL_NAME[t->v120]));
		frame.start_line = t->v120 ? u32_at(call, CALL_START_LINE) : 0;
	}
	buf_put(list, &frame, sizeof(frame));
}

void gopclntab_frames(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		      uint64_t *work, struct buf *list)
{
	enum { DEPTH = 256 };
	uint64_t pc = vaddr - f->entry;
	struct str call;

	for (int depth = 0; depth < DEPTH; depth++) {
		call = call_at(t, f, pc, work);
		add_frame(t, f, call, pc, work, list);
		if (!call.n)
			return;
		pc = u32_at(call, CALL_PARENT[t->v120]);
	}
}
