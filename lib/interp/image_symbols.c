#include "interp/image_symbols.h"

enum {
	MOST_SYMBOLS = 1 << 20, /* a hostile file may claim more */
	MOST_NAME = 64,
};

static bool note_symbol(struct image_symbol *s, size_t n, struct str name, const GElf_Sym *sym)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i].found || !str_eq(name, str_of(s[i].name)))
			continue;
		s[i].value = sym->st_value;
		s[i].size = sym->st_size;
		s[i].type = GELF_ST_TYPE(sym->st_info);
		s[i].found = true;
		return true;
	}
	return false;
}

static size_t count_missing(const struct image_symbol *s, size_t n)
{
	size_t missing = 0;

	for (size_t i = 0; i < n; i++)
		missing += !s[i].found;
	return missing;
}

static void look_through(const struct elf *e, const struct elf_section *table,
			 struct image_symbol *s, size_t n)
{
	Elf_Data *symbols = elf_records(e, table);
	struct str names = table->link < e->nsection ? elf_contents(e, &e->section[table->link]) :
						       (struct str){ 0 };
	size_t missing = count_missing(s, n);
	GElf_Sym sym;

	for (int i = 0; i < MOST_SYMBOLS && missing && gelf_getsym(symbols, i, &sym); i++) {
		struct str name = str_skip(names, min_size(sym.st_name, names.n));

		if (!sym.st_shndx || !name.n)
			continue;
		name.n = min_size(name.n, MOST_NAME);
		missing -= note_symbol(s, n, str_cut(&name, '\0'), &sym);
	}
}

void image_symbols_find(const struct elf *e, struct image_symbol *s, size_t n)
{
	static const char *const tables[] = { ".dynsym", ".symtab" };

	for (size_t i = 0; i < LEN(tables) && count_missing(s, n); i++) {
		const struct elf_section *table = elf_section(e, tables[i]);

		if (table && elf_records(e, table))
			look_through(e, table, s, n);
	}
}

uint64_t image_text(const struct elf *e, uint64_t code)
{
	for (size_t i = 0; i < e->nsegment; i++) {
		const struct elf_segment *s = &e->segment[i];

		if (s->type == ELF_SEGMENT_LOAD && code - s->vaddr < s->memsz)
			return s->vaddr - s->offset;
	}
	return 0;
}
