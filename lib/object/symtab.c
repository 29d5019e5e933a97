/*
 * Symbols are read into pieces, sorted by address and made flat. The id of a span
 * is where its name stands: which string section, and the offset there.
 */
#include "object/symtab.h"

#include <stdlib.h>

#include "io/cursor.h"
#include "object/plt.h"

enum {
	SECTION_SYMTAB = 2,
	SECTION_DYNSYM = 11,
	SECTION_EXECUTABLE = 4, /* flag */
	UNDEFINED = 0,
	RESERVED = 0xff00, /* section numbers from here on are no sections */
	NOTYPE = 0,
	FUNC = 2,
	GNU_IFUNC = 10,
	LOCAL = 0,
	WEAK = 2,
};

/* Which of the overlapping symbols has an address. */
enum { RANK_NOTYPE, RANK_NO_SIZE, RANK_FUNCTION };

/* An id: flags, the number of the string section, the offset of the name. */
enum { ID_GUESSED = 31, ID_PLT = 30, ID_TABLE = 28, ID_OFFSETS = 1 << ID_TABLE };

struct entry {
	uint64_t addr, size;
	uint32_t name; /* offset */
	uint16_t section;
	uint8_t type, binding;
};

/* Small, for there may be a million to be sorted. */
struct candidate {
	uint64_t addr, size;
	uint32_t id;
	uint8_t rank, binding;
	uint16_t section;
};

struct reader {
	struct symtab *t;
	const struct elf *elf[SYMTAB_TABLES]; /* whose sections candidates are in */
	struct buf found;                     /* struct candidate */
};

/* Reading */

static struct entry read_entry(struct cursor *c, bool is64)
{
	struct entry e = { .name = (uint32_t)cursor_int(c, 4) };
	uint8_t info;

	if (!is64) {
		e.addr = cursor_int(c, 4);
		e.size = cursor_int(c, 4);
	}
	info = cursor_u8(c);
	cursor_skip(c, 1); /* the visibility */
	e.section = (uint16_t)cursor_int(c, 2);
	if (is64) {
		e.addr = cursor_int(c, 8);
		e.size = cursor_int(c, 8);
	}
	e.type = info & 0xf;
	e.binding = info >> 4;
	return e;
}

static struct str name_of(const struct symtab *t, uint32_t id)
{
	struct str names = t->names[id >> ID_TABLE & (SYMTAB_TABLES - 1)];
	struct str rest = str_skip(names, min_size(id & (ID_OFFSETS - 1), names.n));

	return str_cut(&rest, '\0');
}

static uint8_t rank_of(const struct entry *s)
{
	if (s->type == NOTYPE)
		return RANK_NOTYPE;
	return s->size ? RANK_FUNCTION : RANK_NO_SIZE;
}

static bool is_code(const struct elf *e, const struct entry *s)
{
	const struct elf_section *in = s->section < e->nsection ? &e->section[s->section] : NULL;

	if (s->section == UNDEFINED || s->section >= RESERVED || !in || !s->addr)
		return false;
	if (s->type == FUNC || s->type == GNU_IFUNC)
		return true;
	return s->type == NOTYPE && in->flags & SECTION_EXECUTABLE;
}

/* Does it have a name? Assemblers mark places in the code of ARM with "$x", "$d". */
static bool has_name(struct str names, const struct entry *s)
{
	char first = s->name < names.n ? names.p[s->name] : '\0';

	return first && (first != '$' || s->type != NOTYPE) && s->name < ID_OFFSETS;
}

static void add(struct reader *r, const struct entry *s, uint32_t table)
{
	struct candidate c = { .addr = s->addr, .size = s->size, .section = s->section };

	if (!has_name(r->t->names[table], s))
		return;
	c.rank = rank_of(s);
	c.binding = s->binding;
	c.id = table << ID_TABLE | s->name;
	if (c.rank != RANK_FUNCTION)
		c.id |= 1u << ID_GUESSED;
	buf_put(&r->found, &c, sizeof(c));
}

static const struct elf_section *find_table(const struct elf *e, uint32_t type)
{
	for (size_t i = 0; e && i < e->nsection; i++)
		if (e->section[i].type == type && e->section[i].link < e->nsection)
			return &e->section[i];
	return NULL;
}

static void read_table(struct reader *r, const struct elf *e, const struct elf_section *s,
		       enum symtab_table table)
{
	struct cursor c = cursor_over(elf_contents(e, s));
	size_t size = e->is64 ? 24 : 16;

	r->elf[table] = e;
	while (cursor_left(&c) >= size) {
		struct entry symbol = read_entry(&c, e->is64);

		if (is_code(e, &symbol))
			add(r, &symbol, table);
	}
}

/* The symbols of .symtab. False when the file has none. */
static bool read_symtab(struct reader *r, const struct elf *e, enum symtab_table table)
{
	const struct elf_section *s = find_table(e, SECTION_SYMTAB);
	struct str symbols = s ? elf_contents(e, s) : S("");

	if (!symbols.n)
		return false;
	r->t->names[table] = elf_contents(e, &e->section[s->link]);
	read_table(r, e, s, table);
	return true;
}

/* The stubs have the names of the symbols that they lead to. */
static void read_plt(struct reader *r, const struct elf *e, const struct elf_section *dynsym)
{
	struct str symbols = elf_contents(e, dynsym);
	struct buf list = { 0 };
	const struct plt_stub *stub;

	plt_stubs(e, &list);
	stub = (const struct plt_stub *)list.p;
	for (size_t i = 0; i < BUF_COUNT(&list, struct plt_stub); i++) {
		struct cursor c = cursor_from(symbols, (uint64_t)stub[i].symbol * 24);
		struct entry symbol = read_entry(&c, true);
		struct candidate found = { .addr = stub[i].vaddr,
					   .size = stub[i].size,
					   .rank = RANK_FUNCTION };

		found.id = 1u << ID_PLT | SYMTAB_DYNAMIC << ID_TABLE | symbol.name;
		if (!c.failed && has_name(r->t->names[SYMTAB_DYNAMIC], &symbol))
			buf_put(&r->found, &found, sizeof(found));
	}
	buf_release(&list);
}

/* What .dynsym has .symtab has, too, where there is one. */
static void read_dynsym(struct reader *r, const struct elf *e, bool symbols)
{
	const struct elf_section *s = find_table(e, SECTION_DYNSYM);

	if (!s)
		return;
	r->t->names[SYMTAB_DYNAMIC] = elf_contents(e, &e->section[s->link]);
	r->elf[SYMTAB_DYNAMIC] = e;
	if (symbols)
		read_table(r, e, s, SYMTAB_DYNAMIC);
	read_plt(r, e, s);
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
	if ((a->binding == WEAK) != (b->binding == WEAK))
		return b->binding == WEAK;
	if ((a->binding == LOCAL) != (b->binding == LOCAL))
		return b->binding == LOCAL;
	if (a->size != b->size)
		return a->size > b->size;
	return symbol_name_better(name_of(t, a->id), name_of(t, b->id));
}

static int by_addr(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

/* Leave one candidate for each address, the best. Returns how many there are. */
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

/* Where a symbol ends. One without a size goes on to the next, or to the end of its section. */
static uint64_t end_of(const struct reader *r, const struct candidate *c, uint64_t next)
{
	const struct elf *e = r->elf[c->id >> ID_TABLE & (SYMTAB_TABLES - 1)];
	uint64_t end;

	if (!c->size) {
		end = e->section[c->section].addr + e->section[c->section].size;
		return end < next ? end : next;
	}
	return __builtin_add_overflow(c->addr, c->size, &end) ? UINT64_MAX : end;
}

/* A label does not end a function without a size. */
static void flatten(const struct reader *r, const struct candidate *c, size_t n)
{
	struct piece *pieces = mem_zeroed(n, sizeof(*pieces));
	uint64_t next = UINT64_MAX, next_function = UINT64_MAX;

	for (size_t i = n; i-- > 0;) {
		uint64_t end = end_of(r, &c[i], c[i].rank == RANK_NOTYPE ? next : next_function);

		pieces[i] = (struct piece){ c[i].addr, end, c[i].rank, c[i].id };
		next = c[i].addr;
		if (c[i].rank != RANK_NOTYPE)
			next_function = next;
	}
	spans_init(&r->t->spans, pieces, n);
	mem_free(pieces, n * sizeof(*pieces));
}

void symtab_open(struct symtab *t, const struct elf *image, const struct elf *debug,
		 const struct elf *mini)
{
	struct reader r = { .t = t };
	struct candidate *c;
	bool all;
	size_t n;

	*t = (struct symtab){ 0 };
	all = read_symtab(&r, image, SYMTAB_IMAGE) || read_symtab(&r, debug, SYMTAB_DEBUG);
	if (!all)
		read_symtab(&r, mini, SYMTAB_MINI);
	read_dynsym(&r, image, !all);
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
