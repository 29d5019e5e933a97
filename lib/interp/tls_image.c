#include "interp/tls_image.h"

enum {
	MOST_RELOCATIONS = 1 << 20,
	MOST_STATIC = 1 << 24, /* bytes of thread-local memory before a thread pointer */
	MOST_MODULES = 1 << 16,
	MOST_CODE = 64, /* bytes of a function, to find what it reads first */
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

/* The relocated word at `slot`: how does it lead to a variable of the image's own? */
static enum tls_access access_at(const struct elf *e, uint64_t slot, int64_t *addend)
{
	for (size_t i = 0; i < e->nsection; i++) {
		Elf_Data *d = e->section[i].type == SHT_RELA ? elf_records(e, &e->section[i]) :
							       NULL;
		GElf_Rela r;

		for (int k = 0; d && k < MOST_RELOCATIONS && gelf_getrela(d, k, &r); k++) {
			*addend = r.r_addend;
			if (r.r_offset == slot && !GELF_R_SYM(r.r_info))
				return access_of(&r);
		}
	}
	return TLS_NONE;
}

static int32_t distance_at(struct str code, size_t at)
{
	int32_t d;

	memcpy(&d, code.p + at, sizeof(d));
	return d;
}

/* The displacement of "mov DISPLACEMENT(%rax), %rax", the first one in `code`; or -1. */
static int64_t displacement(struct str code)
{
	for (size_t i = 0; i + 7 <= code.n; i++) {
		if (code.p[i] != 0x48 || (uint8_t)code.p[i + 1] != 0x8b)
			continue;
		switch ((uint8_t)code.p[i + 2]) {
		case 0x00: return 0;
		case 0x40: return (uint8_t)code.p[i + 3];
		case 0x80: return distance_at(code, i + 3);
		}
	}
	return -1;
}

/*
 * "lea SLOT(%rip), %rdi", then a call of __tls_get_addr(). The slot's second word is the offset of
 * the variable or, if the module has several, that of them all.
 */
static void decode_call(struct tls_image *t, const struct elf *e, uint64_t slot, struct str rest)
{
	struct str word = elf_at(e, slot + 8);
	int64_t more = displacement(rest);
	int64_t addend;
	uint64_t offset;

	if (word.n < sizeof(offset) || more < 0 || access_at(e, slot, &addend) != TLS_MODULE)
		return;
	memcpy(&offset, word.p, sizeof(offset));
	*t = (struct tls_image){ .access = TLS_MODULE,
				 .slot = slot,
				 .offset = (int64_t)offset + more };
}

void tls_image_decode(struct tls_image *t, const struct elf *e, uint64_t code, uint64_t size)
{
	struct str text;
	int64_t addend;

	*t = (struct tls_image){ 0 };
	if (!code)
		return;
	text = elf_at(e, code);
	text.n = min_size(text.n, min_size(size, MOST_CODE));
	for (size_t i = 0; i + 9 <= text.n && !t->access; i++) {
		struct str at = str_skip(text, i);
		uint64_t slot = code + i + 7 + (uint64_t)(int64_t)distance_at(at, 3);

		if (str_starts(at, S("\x48\x8d\x3d"))) {
			decode_call(t, e, slot, str_skip(at, 7));
			return;
		}
		if (str_starts(at, S("\x48\x8b\x05")) || str_starts(at, S("\x48\x8b\x0d"))) {
			if (access_at(e, slot, &addend) == TLS_OFFSET)
				*t = (struct tls_image){ TLS_OFFSET, slot, addend, addend };
			return;
		}
		if (str_starts(at, S("\x48\xc7\xc0")) || str_starts(at, S("\x48\xc7\xc1"))) {
			*t = (struct tls_image){ TLS_PROGRAM, 0, distance_at(at, 3), 0 };
			return;
		}
		if (str_starts(at, S("\x64\x48\x8b\x04\x25"))) {
			*t = (struct tls_image){ TLS_PROGRAM, 0, distance_at(at, 5), 0 };
			return;
		}
	}
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
