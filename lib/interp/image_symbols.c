/*
 * A recorder looks for interpreters in all programs and libraries that run, of which some have
 * symbols by the hundred thousand. So no table is gone through that cannot have them.
 */
#include "interp/image_symbols.h"

#include "object/symbol_hash.h"

enum {
	MOST_SYMBOLS = 1 << 20, /* a hostile file may claim more */
	UNLOAD_AFTER = 1 << 16, /* symbols, whose names take some MB */
	MOST_NAME = 64,
};

static void set_symbol(struct image_symbol *s, const GElf_Sym *sym)
{
	s->value = sym->st_value;
	s->size = sym->st_size;
	s->type = GELF_ST_TYPE(sym->st_info);
	s->found = true;
}

static bool note_symbol(struct image_symbol *s, size_t n, struct str name, const GElf_Sym *sym)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i].found || !str_eq(name, str_of(s[i].name)))
			continue;
		set_symbol(&s[i], sym);
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

static void look_through(const struct elf *e, const char *name, struct image_symbol *s, size_t n)
{
	const struct elf_section *table = elf_section(e, name);
	Elf_Data *symbols = table ? elf_records(e, table) : NULL;
	struct str names = symbols && table->link < e->nsection ?
				   elf_contents(e, &e->section[table->link]) :
				   (struct str){ 0 };
	size_t missing = count_missing(s, n);
	GElf_Sym sym;

	for (int i = 0; names.n && i < MOST_SYMBOLS && missing && gelf_getsym(symbols, i, &sym);
	     i++) {
		struct str rest = str_skip(names, min_size(sym.st_name, names.n));

		if (i % UNLOAD_AFTER == UNLOAD_AFTER - 1)
			elf_unload(e);
		if (!sym.st_shndx || !rest.n)
			continue;
		rest.n = min_size(rest.n, MOST_NAME);
		missing -= note_symbol(s, n, str_cut(&rest, '\0'), &sym);
	}
}

static void look_up(const struct symbol_hash *h, struct image_symbol *s, size_t n)
{
	GElf_Sym sym;

	for (size_t i = 0; i < n; i++)
		if (!s[i].found && symbol_hash_find(h, str_of(s[i].name), &sym) && sym.st_shndx)
			set_symbol(&s[i], &sym);
}

static bool has_segment(const struct elf *e, uint32_t type)
{
	for (size_t i = 0; i < e->nsegment; i++)
		if (e->segment[i].type == type)
			return true;
	return false;
}

void image_symbols_find(const struct elf *e, struct image_symbol *s, size_t n)
{
	size_t missing = count_missing(s, n);
	bool is_library = false;
	struct symbol_hash h;

	if (symbol_hash_open(&h, e)) {
		look_up(&h, s, n);
		is_library = symbol_hash_has_any(&h) && !has_segment(e, PT_INTERP);
	} else {
		look_through(e, ".dynsym", s, n);
	}
	if (!is_library || count_missing(s, n) < missing)
		look_through(e, ".symtab", s, n);
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
