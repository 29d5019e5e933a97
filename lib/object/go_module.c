/*
 * In position-independent images words that are addresses may stand in relocations
 * only, while the place that they belong to is zero.
 */
#include "object/go_module.h"

#include "io/cursor.h"

enum { SECTION_RELA = 4, RELATIVE_X86_64 = 8, RELATIVE_AARCH64 = 1027 };

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
	uint64_t table, names; /* what it must begin with */
	uint64_t at;           /* where it is */
	uint64_t w[MODULE_WORDS];
	int tries;
	uint32_t work; /* relocations left to look at: sections of a hostile file may overlap */
};

/* Show all relative relocations to a function, until it returns true. */
static bool each_relocation(struct search *m,
			    bool (*see)(struct search *m, uint64_t at, uint64_t value))
{
	bool arm = m->e->machine == ELF_MACHINE_AARCH64;

	for (size_t i = 0; i < m->e->nsection; i++) {
		const struct elf_section *s = &m->e->section[i];
		struct cursor c = cursor_over(elf_contents(m->e, s));

		while (s->type == SECTION_RELA && cursor_left(&c) >= 24 && m->work) {
			uint64_t at = cursor_int(&c, 8), type = cursor_int(&c, 8);
			uint64_t value = cursor_int(&c, 8);

			m->work--;
			if (type == (arm ? RELATIVE_AARCH64 : RELATIVE_X86_64) && see(m, at, value))
				return true;
		}
	}
	return false;
}

static bool set_word(struct search *m, uint64_t at, uint64_t value)
{
	if (at >= m->at && (at - m->at) / 8 < MODULE_WORDS)
		m->w[(at - m->at) / 8] = value;
	return false;
}

/* Read what may be module data; is it? */
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

static bool find_in(struct search *m, const struct elf_section *s)
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

static bool find(struct search *m)
{
	static const char *const names[] = { ".go.module", ".noptrdata", ".data", ".data.rel.ro" };

	for (size_t i = 0; i < LEN(names); i++) {
		const struct elf_section *s = elf_section(m->e, names[i]);

		if (s && find_in(m, s))
			return true;
	}
	m->tries = 0;
	return each_relocation(m, see_pointer);
}

bool go_module_find(struct go_module *found, const struct elf *e, uint64_t table, uint64_t names,
		    bool v120)
{
	struct search m = { .e = e, .table = table, .names = names, .work = 1 << 26 };

	if (!find(&m))
		return false;
	found->text = m.w[MODULE_TEXT];
	found->inlined = m.w[v120 ? MODULE_INLINED_120 : MODULE_INLINED_118];
	return true;
}
