#include "interp/tls_image.h"

enum {
	MOST_RELOCATIONS = 1 << 20,
	MOST_STATIC = 1 << 24, /* bytes of thread-local memory before a thread pointer */
	MOST_MODULES = 1 << 16,
};

struct search {
	struct tls_image *t;
	const struct elf *e;
	uint64_t value;
};

/*
 * Does a relocation lead to the variable, or, without a symbol, into the image's block? Another
 * exported variable may be replaced by one of another image.
 */
static bool find_place(const struct search *s, const struct elf_section *table,
		       const GElf_Rela *rela, uint64_t *place)
{
	size_t index = GELF_R_SYM(rela->r_info);
	GElf_Sym sym;

	*place = index ? s->value : 0;
	if (!index)
		return true;
	return table->link < s->e->nsection &&
	       gelf_getsym(elf_records(s->e, &s->e->section[table->link]), (int)index, &sym) &&
	       sym.st_shndx && GELF_ST_TYPE(sym.st_info) == STT_TLS && sym.st_value == s->value;
}

static enum tls_access access_of(const GElf_Rela *rela)
{
	switch (GELF_R_TYPE(rela->r_info)) {
	case R_X86_64_TLSDESC: return TLS_DESCRIPTOR;
	case R_X86_64_DTPMOD64: return TLS_MODULE;
	case R_X86_64_TPOFF64: return TLS_OFFSET;
	default: return TLS_NONE;
	}
}

static void look_at(const struct search *s, const struct elf_section *table, const GElf_Rela *rela)
{
	enum tls_access access = access_of(rela);
	uint64_t place;

	if (!access || s->t->access == TLS_DESCRIPTOR || access == s->t->access ||
	    !find_place(s, table, rela, &place))
		return;
	s->t->access = access;
	s->t->slot = rela->r_offset;
	s->t->addend = access == TLS_MODULE ? 0 : (int64_t)place + rela->r_addend;
}

static void look_through(const struct search *s, const struct elf_section *table)
{
	Elf_Data *relocations = elf_records(s->e, table);
	GElf_Rela rela;

	for (int i = 0; relocations && i < MOST_RELOCATIONS && s->t->access != TLS_DESCRIPTOR &&
			gelf_getrela(relocations, i, &rela);
	     i++)
		look_at(s, table, &rela);
}

/* Is it a program? A static one that may be loaded anywhere has no interpreter, but a flag. */
static bool is_program(const struct elf *e)
{
	const struct elf_section *dynamic = elf_section(e, ".dynamic");
	Elf_Data *entries = dynamic ? elf_records(e, dynamic) : NULL;
	GElf_Dyn d;

	if (e->type == ELF_TYPE_EXEC)
		return true;
	for (size_t i = 0; i < e->nsegment; i++)
		if (e->segment[i].type == PT_INTERP)
			return true;
	for (int i = 0; entries && gelf_getdyn(entries, i, &d) && d.d_tag != DT_NULL; i++)
		if (d.d_tag == DT_FLAGS_1)
			return d.d_un.d_val & DF_1_PIE;
	return false;
}

/* The block of a program ends at the thread pointer, rounded up to its alignment. */
static void find_own(const struct search *s)
{
	for (size_t i = 0; i < s->e->nsegment; i++) {
		const struct elf_segment *p = &s->e->segment[i];
		uint64_t align = p->align ? p->align : 1;

		if (p->type != PT_TLS)
			continue;
		s->t->access = TLS_PROGRAM;
		s->t->offset -= (int64_t)((p->memsz + align - 1) / align * align);
	}
}

void tls_image_find(struct tls_image *t, const struct elf *e, uint64_t value)
{
	struct search s = { t, e, value };

	*t = (struct tls_image){ .offset = (int64_t)value };
	if (e->machine != ELF_MACHINE_X86_64)
		return;
	for (size_t i = 0; i < e->nsection; i++)
		if (e->section[i].type == SHT_RELA)
			look_through(&s, &e->section[i]);
	if (!t->access && is_program(e))
		find_own(&s);
}

static bool is_static(int64_t offset)
{
	return offset < 0 && offset > -MOST_STATIC;
}

/* The words of a descriptor for a module that was loaded late (struct tlsdesc_dynamic_arg). */
static bool resolve_late(const struct tls_image *t, uint64_t at, const struct interp_memory *m,
			 struct tls_variable *v)
{
	uint64_t words[3];

	if (!m->read(m->context, at, words, sizeof(words)) || !words[0] ||
	    words[0] > MOST_MODULES || words[1] != (uint64_t)t->addend)
		return false;
	*v = (struct tls_variable){ at, t->offset, words[2] };
	return true;
}

bool tls_image_resolve(const struct tls_image *t, uint64_t bias, const struct interp_memory *m,
		       struct tls_variable *v)
{
	uint64_t at = t->slot + bias + (t->access == TLS_DESCRIPTOR ? 8 : 0), word;

	*v = (struct tls_variable){ .offset = t->offset };
	if (t->access == TLS_NONE)
		return false;
	if (t->access == TLS_PROGRAM)
		return true;
	if (!m->read(m->context, at, &word, sizeof(word)))
		return false;
	if (t->access == TLS_MODULE) {
		v->pair = at;
		return word && word <= MOST_MODULES;
	}
	if (is_static((int64_t)word)) {
		v->offset = (int64_t)word - t->addend + t->offset;
		return true;
	}
	return t->access == TLS_DESCRIPTOR && resolve_late(t, word, m, v);
}
