#include "interp/ruby_image.h"

#include "interp/image_symbols.h"
#include "io/cursor.h"

enum { CURRENT, EXECUTE, VERSION, CORE, WANTED };

enum { MOST_RELOCATIONS = 1 << 20 };

/* "3.1.2": 0x0301. */
static unsigned parse_version(struct str text)
{
	struct str rest = str_cut(&text, '\0'), major = str_cut(&rest, '.');
	uint64_t a, b;

	return str_u64(major, &a) && str_u64(str_cut(&rest, '.'), &b) && a < 256 && b < 256 ?
		       (unsigned)(a << 8 | b) :
		       0;
}

/* Does a relocation refer to a symbol that the image itself defines? */
static bool is_own(const struct elf *e, const struct elf_section *s, const GElf_Rela *rela)
{
	GElf_Sym sym;

	if (!GELF_R_SYM(rela->r_info))
		return true;
	return s->link < e->nsection &&
	       gelf_getsym(elf_records(e, &e->section[s->link]), (int)GELF_R_SYM(rela->r_info),
			   &sym) &&
	       sym.st_shndx;
}

/* Finds the pair of words that a library passes to __tls_get_addr() for a variable. */
static void look_for_pair(struct ruby_image *r, const struct elf *e, const struct elf_section *s)
{
	Elf_Data *relocations = elf_records(e, s);
	GElf_Rela rela;

	for (int i = 0; relocations && !r->current.pair && i < MOST_RELOCATIONS &&
			gelf_getrela(relocations, i, &rela);
	     i++)
		if (GELF_R_TYPE(rela.r_info) == R_X86_64_DTPMOD64 && is_own(e, s, &rela))
			r->current.pair = rela.r_offset;
}

/* Finds a variable: any pair has the module's number; the symbol has the offset. */
static void find_variable(struct ruby_image *r, const struct elf *e, uint64_t offset)
{
	r->current.offset = (int64_t)offset;
	for (size_t i = 0; i < e->nsection && !r->current.pair; i++)
		if (e->section[i].type == SHT_RELA)
			look_for_pair(r, e, &e->section[i]);
	if (r->current.pair)
		return;
	/* A program's own thread-local variables end at the thread pointer. */
	for (size_t i = 0; i < e->nsegment; i++)
		if (e->segment[i].type == PT_TLS)
			r->current.offset -= (int64_t)((e->segment[i].memsz + 15) & ~15ull);
}

bool ruby_image_find(struct ruby_image *r, const struct elf *e)
{
	struct image_symbol w[WANTED] = {
		[CURRENT] = { .name = "ruby_current_ec" },
		[EXECUTE] = { .name = "rb_vm_exec" },
		[VERSION] = { .name = "ruby_version" },
		[CORE] = { .name = "vm_exec_core" },
	};

	*r = (struct ruby_image){ 0 };
	if (!e->is64)
		return false;
	image_symbols_find(e, w, WANTED);
	if (!w[VERSION].found)
		return false;
	r->version = parse_version(elf_at(e, w[VERSION].value));
	if (!r->version)
		return false;
	r->evaluator_start = w[EXECUTE].value;
	r->evaluator_end = w[EXECUTE].value + w[EXECUTE].size;
	r->core_start = w[CORE].value;
	r->core_end = w[CORE].value + w[CORE].size;
	r->text = image_text(e, r->evaluator_start);
	if (!ruby_layout_of(r->version))
		r->why = "its version is not known";
	else if (!w[CURRENT].found || !w[EXECUTE].found)
		r->why = "its symbols are stripped";
	else if (e->machine != ELF_MACHINE_X86_64)
		r->why = "only those for x86-64 are known";
	if (r->why)
		return true;
	r->layout = *ruby_layout_of(r->version);
	find_variable(r, e, w[CURRENT].value);
	return true;
}
