#include "object/gopclntab.h"

#include "object/cursor.h"

enum {
	MAGIC_1_18 = 0xfffffff0,
	MAGIC_1_20 = 0xfffffff1,
	MOST_STEPS = 1 << 20, /* of one table of instructions */
};

/* Where things are in a function's record. */
enum {
	FUNC_ENTRY = 0,
	FUNC_NAME = 4,
	FUNC_PCSP = 16,
	FUNC_PCFILE = 20,
	FUNC_PCLN = 24,
	FUNC_CU_OFFSET = 32,
	FUNC_START_LINE = 36,
	FUNC_SIZE = 40,
};

static struct str part(struct str whole, uint64_t from)
{
	return from < whole.n ? str_skip(whole, (size_t)from) : S("");
}

static uint32_t u32_at(struct str s, size_t at)
{
	struct cursor c = cursor_from(s, at);

	return (uint32_t)cursor_int(&c, 4);
}

/*
 * The header: magic, two zeros, the shortest instruction, the size of a pointer;
 * then numbers of that size: functions, files, text, and where the parts begin.
 */
static bool read_header(struct gopclntab *t)
{
	struct cursor c = cursor_over(t->bytes);
	uint32_t magic = (uint32_t)cursor_int(&c, 4);
	unsigned size;
	uint64_t names, cu, files, pcs, functions;

	if (magic != MAGIC_1_18 && magic != MAGIC_1_20)
		return false;
	t->has_start_line = magic == MAGIC_1_20;
	cursor_skip(&c, 2);
	t->minimum = cursor_u8(&c);
	size = cursor_u8(&c);
	if (size != 8 || !t->minimum)
		return false;
	t->nfunc = (size_t)cursor_int(&c, size);
	cursor_int(&c, size); /* files */
	t->text = cursor_int(&c, size);
	names = cursor_int(&c, size);
	cu = cursor_int(&c, size);
	files = cursor_int(&c, size);
	pcs = cursor_int(&c, size);
	functions = cursor_int(&c, size);
	t->names = part(t->bytes, names);
	t->cutab = part(t->bytes, cu);
	t->files = part(t->bytes, files);
	t->pctab = part(t->bytes, pcs);
	t->functab = part(t->bytes, functions);
	return !c.failed && t->nfunc && t->nfunc < t->functab.n / 8;
}

bool gopclntab_open(struct gopclntab *t, const struct elf *e)
{
	static const char *const sections[] = { ".gopclntab", ".data.rel.ro.gopclntab" };
	const struct elf_section *s = NULL, *text = elf_section(e, ".text");

	for (size_t i = 0; i < LEN(sections) && !s; i++)
		s = elf_section(e, sections[i]);
	*t = (struct gopclntab){ .bytes = elf_contents(e, s) };
	if (!t->bytes.n || !read_header(t))
		return false;
	/* It is relocated in position-independent code, and 0 since Go 1.26. */
	if (text && (!t->text || e->type == ELF_TYPE_DYN))
		t->text = text->addr;
	return t->text != 0;
}

/* The table of functions: pairs of u32, entry and where the record is. */
static uint64_t entry_of(const struct gopclntab *t, size_t i)
{
	return t->text + u32_at(t->functab, i * 8);
}

bool gopclntab_find(const struct gopclntab *t, uint64_t vaddr, struct gofunc *f)
{
	size_t low = 0, high = t->nfunc;
	struct cursor name;

	if (vaddr < entry_of(t, 0) || vaddr >= entry_of(t, t->nfunc))
		return false;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (entry_of(t, middle) <= vaddr)
			low = middle;
		else
			high = middle;
	}
	f->entry = entry_of(t, low);
	f->end = entry_of(t, low + 1);
	f->record = part(t->functab, u32_at(t->functab, low * 8 + 4));
	if (f->record.n < FUNC_SIZE)
		return false;
	name = cursor_from(t->names, u32_at(f->record, FUNC_NAME));
	f->name = cursor_text(&name);
	f->start_line = t->has_start_line ? u32_at(f->record, FUNC_START_LINE) : 0;
	return !name.failed;
}

/*
 * The value that a table has for an instruction: the table is a run of differences,
 * of the value (zigzag) and of the address, the value beginning at -1.
 */
static bool value_at(const struct gopclntab *t, const struct gofunc *f, uint32_t table,
		     uint64_t vaddr, int32_t *value)
{
	struct cursor c = cursor_from(t->pctab, table);
	uint64_t pc = f->entry;
	int64_t v = -1;

	for (int i = 0; table && !c.failed && i < MOST_STEPS; i++) {
		uint64_t delta = cursor_uleb(&c);

		if (!delta && i)
			return false; /* the end of the table */
		v += (int64_t)(delta >> 1) ^ -(int64_t)(delta & 1);
		pc += cursor_uleb(&c) * t->minimum;
		if (vaddr < pc) {
			*value = (int32_t)v;
			return !c.failed;
		}
	}
	return false;
}

bool gopclntab_depth(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		     int32_t *depth)
{
	return value_at(t, f, u32_at(f->record, FUNC_PCSP), vaddr, depth) && *depth >= 0;
}

bool gopclntab_line(const struct gopclntab *t, const struct gofunc *f, uint64_t vaddr,
		    struct str *file, uint32_t *line)
{
	int32_t number, at;
	uint32_t offset;
	struct cursor c;

	if (!value_at(t, f, u32_at(f->record, FUNC_PCLN), vaddr, &number) ||
	    !value_at(t, f, u32_at(f->record, FUNC_PCFILE), vaddr, &at) || number < 0 || at < 0)
		return false;
	offset = u32_at(t->cutab, ((size_t)u32_at(f->record, FUNC_CU_OFFSET) + (size_t)at) * 4);
	c = cursor_from(t->files, offset);
	*file = cursor_text(&c);
	*line = (uint32_t)number;
	return !c.failed;
}
