/*
 * Symbols are read into candidates, sorted by address, and flattened into spans. The id of
 * a span gives the place of its name: the string section and the offset there.
 */
#include "object/symtab.h"

#include <stdlib.h>

#include "object/code_end.h"
#include "object/plt.h"

/* Ranks of overlapping symbols. */
enum { RANK_LABEL, RANK_NO_SIZE, RANK_FUNCTION };

/* An id: flags, the number of the string section, the offset of the name. */
enum { ID_GUESSED = 31, ID_PLT = 30, ID_TABLE = 28, ID_OFFSETS = 1 << ID_TABLE };

/* Small, since a million may have to be sorted. */
struct candidate {
	uint64_t addr, size;
	uint32_t id;
	uint8_t rank, binding;
	uint16_t section;
};

struct reader {
	struct symtab *t;
	const struct elf *elf[SYMTAB_TABLES]; /* the images of the candidates' sections */
	struct buf found;                     /* struct candidate */
	bool only_names;                      /* find only the string sections */
};

/* Reading */

/* Longer names are cut: a name in a hostile table may be as long as the table. */
enum { LONGEST_NAME = 1 << 16 };

static struct str name_of(const struct symtab *t, uint32_t id)
{
	struct str names = t->names[id >> ID_TABLE & (SYMTAB_TABLES - 1)];
	struct str rest = str_skip(names, min_size(id & (ID_OFFSETS - 1), names.n));

	rest.n = min_size(rest.n, LONGEST_NAME);
	return str_cut(&rest, '\0');
}

/* Functions of assembly often have no type, but other files can call them; labels are local. */
static uint8_t rank_of(const GElf_Sym *s)
{
	if (GELF_ST_TYPE(s->st_info) == STT_NOTYPE)
		return GELF_ST_BIND(s->st_info) == STB_LOCAL ? RANK_LABEL : RANK_NO_SIZE;
	return s->st_size ? RANK_FUNCTION : RANK_NO_SIZE;
}

static bool is_code(const struct elf *e, const GElf_Sym *s)
{
	uint8_t type = GELF_ST_TYPE(s->st_info);

	if (s->st_shndx == SHN_UNDEF || s->st_shndx >= SHN_LORESERVE ||
	    s->st_shndx >= e->nsection || !s->st_value)
		return false;
	if (type == STT_FUNC || type == STT_GNU_IFUNC)
		return true;
	return type == STT_NOTYPE && e->section[s->st_shndx].flags & SHF_EXECINSTR;
}

/* Does the symbol have a name, other than "$x" and "$d", with which assemblers mark ARM code? */
static bool has_name(struct str names, const GElf_Sym *s)
{
	char first = s->st_name < names.n ? names.p[s->st_name] : '\0';

	return first && (first != '$' || GELF_ST_TYPE(s->st_info) != STT_NOTYPE) &&
	       s->st_name < ID_OFFSETS;
}

static void add_symbol(struct reader *r, const GElf_Sym *s, uint32_t table)
{
	struct candidate c = { .addr = s->st_value,
			       .size = s->st_size,
			       .section = s->st_shndx,
			       .binding = GELF_ST_BIND(s->st_info),
			       .rank = rank_of(s),
			       .id = table << ID_TABLE | s->st_name };

	if (c.rank != RANK_FUNCTION)
		c.id |= 1u << ID_GUESSED;
	buf_put(&r->found, &c, sizeof(c));
}

static const struct elf_section *table_of_type(const struct elf *e, uint32_t type)
{
	for (size_t i = 0; e && i < e->nsection; i++)
		if (e->section[i].type == type && e->section[i].link < e->nsection)
			return &e->section[i];
	return NULL;
}

static void read_symbols(struct reader *r, const struct elf *e, Elf_Data *symbols,
			 enum symtab_table table)
{
	GElf_Sym s;

	r->elf[table] = e;
	for (int i = 0; !r->only_names && gelf_getsym(symbols, i, &s); i++)
		if (is_code(e, &s) && has_name(r->t->names[table], &s))
			add_symbol(r, &s, table);
}

/* Read the symbols of .symtab. False if the file has none. */
static bool read_symtab(struct reader *r, const struct elf *e, enum symtab_table table)
{
	const struct elf_section *s = table_of_type(e, SHT_SYMTAB);
	Elf_Data *symbols = s ? elf_records(e, s) : NULL;

	if (!symbols)
		return false;
	r->t->names[table] = elf_contents(e, &e->section[s->link]);
	read_symbols(r, e, symbols, table);
	return true;
}

/* The stubs have the names of the symbols that they lead to. */
static void read_plt(struct reader *r, const struct elf *e, Elf_Data *dynsym)
{
	struct buf list = { 0 };
	const struct plt_stub *stub;
	GElf_Sym s;

	plt_stubs(e, &list);
	stub = (const struct plt_stub *)list.p;
	for (size_t i = 0; i < BUF_COUNT(&list, struct plt_stub); i++) {
		struct candidate found = { .addr = stub[i].vaddr,
					   .size = stub[i].size,
					   .rank = RANK_FUNCTION };

		if (stub[i].symbol > INT32_MAX || !gelf_getsym(dynsym, (int)stub[i].symbol, &s) ||
		    !has_name(r->t->names[SYMTAB_DYNAMIC], &s))
			continue;
		found.id = 1u << ID_PLT | SYMTAB_DYNAMIC << ID_TABLE | s.st_name;
		buf_put(&r->found, &found, sizeof(found));
	}
	buf_release(&list);
}

/* .symtab contains the symbols of .dynsym, too: if there is one, only the stubs are read. */
static void read_dynsym(struct reader *r, const struct elf *e, bool symbols)
{
	const struct elf_section *s = table_of_type(e, SHT_DYNSYM);
	Elf_Data *dynsym = s ? elf_records(e, s) : NULL;

	if (!dynsym)
		return;
	r->t->names[SYMTAB_DYNAMIC] = elf_contents(e, &e->section[s->link]);
	if (symbols)
		read_symbols(r, e, dynsym, SYMTAB_DYNAMIC);
	r->elf[SYMTAB_DYNAMIC] = e;
	if (!r->only_names)
		read_plt(r, e, dynsym);
}

/* Choosing */

static size_t underscores(struct str name)
{
	size_t n = 0;

	while (n < name.n && name.p[n] == '_')
		n++;
	return n;
}

bool symbol_name_better(struct str a, struct str b)
{
	if (underscores(a) != underscores(b))
		return underscores(a) < underscores(b);
	if (a.n != b.n)
		return a.n > b.n;
	return str_cmp(a, b) < 0;
}

static bool is_better(const struct symtab *t, const struct candidate *a, const struct candidate *b)
{
	if (a->rank != b->rank)
		return a->rank > b->rank;
	if ((a->binding == STB_WEAK) != (b->binding == STB_WEAK))
		return b->binding == STB_WEAK;
	if ((a->binding == STB_LOCAL) != (b->binding == STB_LOCAL))
		return b->binding == STB_LOCAL;
	if (a->size != b->size)
		return a->size > b->size;
	return symbol_name_better(name_of(t, a->id), name_of(t, b->id));
}

static int by_addr(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

/* Keeps the best candidate of each address. Returns their number. */
static size_t choose(const struct symtab *t, struct candidate *c, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (!kept || c[kept - 1].addr != c[i].addr)
			c[kept++] = c[i];
		else if (is_better(t, &c[i], &c[kept - 1]))
			c[kept - 1] = c[i];
	}
	return kept;
}

/* Where the code of a function seems to end; `limit` if it cannot be seen. */
static uint64_t end_of_code(const struct elf *e, uint64_t from, uint64_t limit)
{
	struct str code = elf_at(e, from);

	if (!code.n || limit <= from || e->machine != ELF_MACHINE_X86_64)
		return limit;
	code.n = min_size(code.n, limit - from);
	return from + code_end(code);
}

/*
 * The end of a symbol. Without a size, it extends to the next, or to the end of its section; if
 * only exported functions have symbols, as far as its code seems to go.
 */
static uint64_t end_of(const struct reader *r, const struct candidate *c, uint64_t next)
{
	enum symtab_table table = c->id >> ID_TABLE & (SYMTAB_TABLES - 1);
	const struct elf *e = r->elf[table];
	uint64_t end;

	if (!c->size) {
		end = e->section[c->section].addr + e->section[c->section].size;
		end = end < next ? end : next;
		return table == SYMTAB_DYNAMIC ? end_of_code(e, c->addr, end) : end;
	}
	return __builtin_add_overflow(c->addr, c->size, &end) ? UINT64_MAX : end;
}

/* A function without a size does not end at a label. */
static void flatten(const struct reader *r, const struct candidate *c, size_t n)
{
	struct interval *v = mem_zeroed(n, sizeof(*v));
	uint64_t next = UINT64_MAX, next_function = UINT64_MAX;

	for (size_t i = n; i-- > 0;) {
		uint64_t end = end_of(r, &c[i], c[i].rank == RANK_LABEL ? next : next_function);

		v[i] = (struct interval){ c[i].addr, end, c[i].rank, c[i].id };
		next = c[i].addr;
		if (c[i].rank != RANK_LABEL)
			next_function = next;
	}
	spans_init(&r->t->spans, v, n);
	mem_free(v, n * sizeof(*v));
}

static void read_tables(struct reader *r, const struct elf *image, const struct elf *debug,
			const struct elf *mini)
{
	bool all = read_symtab(r, image, SYMTAB_IMAGE) || read_symtab(r, debug, SYMTAB_DEBUG);

	if (!all)
		read_symtab(r, mini, SYMTAB_MINI);
	read_dynsym(r, image, !all);
}

void symtab_open_with(struct symtab *t, const struct elf *image, const struct elf *debug,
		      const struct elf *mini, struct str spans)
{
	struct reader r = { .t = t, .only_names = true };
	size_t n = spans.n / sizeof(*t->spans.v);

	*t = (struct symtab){ 0 };
	read_tables(&r, image, debug, mini);
	t->spans.v = mem_grow(NULL, &t->spans.cap, n, sizeof(*t->spans.v));
	if (n)
		memcpy(t->spans.v, spans.p, n * sizeof(*t->spans.v));
	t->spans.n = n;
}

void symtab_open(struct symtab *t, const struct elf *image, const struct elf *debug,
		 const struct elf *mini)
{
	struct reader r = { .t = t };
	struct candidate *c;
	size_t n;

	*t = (struct symtab){ 0 };
	read_tables(&r, image, debug, mini);
	c = (struct candidate *)r.found.p;
	n = BUF_COUNT(&r.found, struct candidate);
	if (n)
		qsort(c, n, sizeof(*c), by_addr);
	flatten(&r, c, choose(t, c, n));
	buf_release(&r.found);
}

bool symtab_find(const struct symtab *t, uint64_t vaddr, struct symbol *s)
{
	const struct span *span = spans_find(&t->spans, vaddr);
	ptrdiff_t version;

	if (!span)
		return false;
	s->name = name_of(t, span->id);
	version = str_chr(s->name, '@');
	if (version > 0)
		s->name.n = (size_t)version;
	s->plt = span->id >> ID_PLT & 1;
	s->guessed = span->id >> ID_GUESSED & 1;
	return true;
}

void symtab_close(struct symtab *t)
{
	spans_release(&t->spans);
	*t = (struct symtab){ 0 };
}
