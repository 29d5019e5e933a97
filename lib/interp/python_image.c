#include "interp/python_image.h"

#include "io/cursor.h"

/* The symbols that are looked for, and where their addresses go. */
struct wanted {
	const char *name;
	uint64_t value, size;
};

enum { RUNTIME, CODE_TYPE, EVALUATOR, VERSION, WANTED };

enum { MOST_SYMBOLS = 1 << 20 }; /* a table may be made to be long */

static bool note_symbol(struct wanted *w, struct str name, const GElf_Sym *s)
{
	for (size_t i = 0; i < WANTED; i++) {
		if (w[i].value || !str_eq(name, str_of(w[i].name)))
			continue;
		w[i].value = s->st_value;
		w[i].size = s->st_size;
		return true;
	}
	return false;
}

static void look_through(const struct elf *e, const struct elf_section *s, struct wanted *w)
{
	Elf_Data *symbols = elf_records(e, s);
	struct str names = s->link < e->nsection ? elf_contents(e, &e->section[s->link]) :
						   (struct str){ 0 };
	size_t found = 0;
	GElf_Sym sym;

	for (int i = 0; i < MOST_SYMBOLS && found < WANTED && gelf_getsym(symbols, i, &sym); i++) {
		struct str rest = str_skip(names, min_size(sym.st_name, names.n));

		/* The shortest of the names begins with "Py", all others with "_P". */
		if (rest.n < 4 || (rest.p[0] != '_' && rest.p[0] != 'P') || !sym.st_shndx)
			continue;
		rest.n = min_size(rest.n, 64);
		found += note_symbol(w, str_cut(&rest, '\0'), &sym);
	}
}

static void find_symbols(const struct elf *e, struct wanted *w)
{
	static const char *const tables[] = { ".dynsym", ".symtab" };

	for (size_t i = 0; i < LEN(tables) && !w[RUNTIME].value; i++) {
		const struct elf_section *s = elf_section(e, tables[i]);

		if (s && elf_records(e, s))
			look_through(e, s, w);
	}
}

static void set_evaluator(struct python_image *p, const struct wanted *w)
{
	p->evaluator_start = w[EVALUATOR].value;
	p->evaluator_end = w[EVALUATOR].value + w[EVALUATOR].size;
}

/* "python3.9", "libpython3.10.so.1.0": 0x0309, 0x030a. */
static unsigned version_in_name(struct str file)
{
	struct str name = str_basename(file);
	ptrdiff_t at = str_find(name, S("python3."));
	uint64_t minor;
	size_t n = 0;

	if (at < 0)
		return 0;
	name = str_skip(name, (size_t)at + strlen("python3."));
	while (n < name.n && name.p[n] >= '0' && name.p[n] <= '9')
		n++;
	return str_u64(str(name.p, n), &minor) && minor < 256 ? 0x0300 | (unsigned)minor : 0;
}

/* const unsigned long Py_Version = 0x030b02f0, since 3.11. */
static unsigned version_of(const struct elf *e, const struct wanted *w, struct str file)
{
	struct cursor c = cursor_over(elf_at(e, w[VERSION].value));
	uint64_t hex = w[VERSION].value ? cursor_int(&c, 8) : 0;

	return hex && !c.failed ? (unsigned)(hex >> 16) : version_in_name(file);
}

/* The segment of code: the evaluator's. */
static void find_text(struct python_image *p, const struct elf *e)
{
	for (size_t i = 0; i < e->nsegment; i++) {
		const struct elf_segment *s = &e->segment[i];

		if (s->type == ELF_SEGMENT_LOAD && p->evaluator_start - s->vaddr < s->memsz)
			p->text = s->vaddr - s->offset;
	}
}

static void find_layout(struct python_image *p, const struct elf *e)
{
	const struct python_layout *l = python_layout_of(p->version);

	p->why = NULL;
	if (l)
		p->layout = *l;
	else if (p->version >= 0x030d)
		python_layout_read(&p->layout, elf_at(e, p->runtime), &p->why);
	else
		p->why = "its version is not known";
}

bool python_image_evaluator(struct python_image *p, const struct elf *e)
{
	struct wanted w[WANTED] = { { "_PyRuntime", 0, 0 },
				    { "PyCode_Type", 0, 0 },
				    { "_PyEval_EvalFrameDefault", 0, 0 },
				    { "Py_Version", 0, 0 } };

	find_symbols(e, w);
	set_evaluator(p, w);
	return w[EVALUATOR].value && w[RUNTIME].value;
}

bool python_image_find(struct python_image *p, const struct elf *e, struct str file)
{
	struct wanted w[WANTED] = { { "_PyRuntime", 0, 0 },
				    { "PyCode_Type", 0, 0 },
				    { "_PyEval_EvalFrameDefault", 0, 0 },
				    { "Py_Version", 0, 0 } };

	*p = (struct python_image){ 0 };
	if (!e->is64)
		return false;
	find_symbols(e, w);
	if (!w[RUNTIME].value || !w[CODE_TYPE].value)
		return false;
	p->runtime = w[RUNTIME].value;
	p->code_type = w[CODE_TYPE].value;
	set_evaluator(p, w);
	find_text(p, e);
	p->version = version_of(e, w, file);
	find_layout(p, e);
	if (!p->why && (e->machine != ELF_MACHINE_X86_64))
		p->why = "only those for x86-64 are known";
	return true;
}
