/*
 * In a position-independent image, an address may be in a relocation only, with zero at
 * the place that the relocation fills in.
 */
#include "object/go_module.h"

#include "io/cursor.h"

/* Words of the module data. */
enum {
	MODULE_TABLE = 0,
	MODULE_NAMES = 1,
	MODULE_TEXT = 22,
	MODULE_INLINED_118 = 38,
	MODULE_INLINED_120 = 40,
	MODULE_WORDS,
};

struct search {
	const struct elf *e;
	uint64_t table, names; /* the first two words of the module data */
	uint64_t at;           /* its address */
	uint64_t w[MODULE_WORDS];
	int tries;
	uint32_t work; /* relocations left to read: sections of a hostile file may overlap */
};

/* Calls see() with each relative relocation until it returns true. */
static bool each_relocation(struct search *m,
			    bool (*see)(struct search *m, uint64_t at, uint64_t value))
{
	uint64_t relative = m->e->machine == EM_AARCH64 ? R_AARCH64_RELATIVE : R_X86_64_RELATIVE;
	GElf_Rela r;

	for (size_t i = 0; i < m->e->nsection; i++) {
		const struct elf_section *s = &m->e->section[i];
		Elf_Data *data = s->type == SHT_RELA ? elf_records(m->e, s) : NULL;

		for (int j = 0; m->work && gelf_getrela(data, j, &r); j++, m->work--)
			if (r.r_info == relative && see(m, r.r_offset, (uint64_t)r.r_addend))
				return true;
	}
	return false;
}

static bool set_word(struct search *m, uint64_t at, uint64_t value)
{
	if (at >= m->at && (at - m->at) / 8 < MODULE_WORDS)
		m->w[(at - m->at) / 8] = value;
	return false;
}

/* Reads the words of a candidate. False if it is not module data. */
static bool read_module(struct search *m, uint64_t at)
{
	struct cursor c = cursor_over(elf_at(m->e, at));

	m->at = at;
	for (size_t i = 0; i < MODULE_WORDS; i++)
		m->w[i] = cursor_int(&c, 8);
	if (m->w[MODULE_TABLE] != m->table)
		each_relocation(m, set_word);
	return m->w[MODULE_TABLE] == m->table && m->w[MODULE_NAMES] == m->names;
}

static bool see_pointer(struct search *m, uint64_t at, uint64_t value)
{
	enum { MOST = 8 }; /* an honest image has one or two */

	return value == m->table && m->tries++ < MOST && read_module(m, at);
}

static bool module_in_section(struct search *m, const struct elf_section *s)
{
	struct str bytes = elf_contents(m->e, s), word = str((const char *)&m->table, 8);

	for (ptrdiff_t at; (at = str_find(bytes, word)) >= 0;) {
		uint64_t offset = (uint64_t)(bytes.p + at - m->e->file.p) - s->offset;

		if (m->tries++ < 1024 && read_module(m, s->addr + offset))
			return true;
		bytes = str_skip(bytes, (size_t)at + 8);
	}
	return false;
}

static bool module_in_image(struct search *m)
{
	static const char *const names[] = { ".go.module", ".noptrdata", ".data", ".data.rel.ro" };

	for (size_t i = 0; i < LEN(names); i++) {
		const struct elf_section *s = elf_section(m->e, names[i]);

		if (s && module_in_section(m, s))
			return true;
	}
	m->tries = 0;
	return each_relocation(m, see_pointer);
}

bool go_module_find(struct go_module *found, const struct elf *e, uint64_t table, uint64_t names,
		    bool v120)
{
	struct search m = { .e = e, .table = table, .names = names, .work = 1 << 26 };

	if (!module_in_image(&m))
		return false;
	found->text = m.w[MODULE_TEXT];
	found->inlined = m.w[v120 ? MODULE_INLINED_120 : MODULE_INLINED_118];
	return true;
}
