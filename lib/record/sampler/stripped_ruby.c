/*
 * The core jumps through a table with the address of each instruction's code: no other function
 * has as many words that lead into it, one after the other. The evaluator is what calls the core.
 * If the compiler has left a part of the evaluator, which handles exceptions, as a function of its
 * own, that calls the core, too, and is called by the evaluator.
 */
#include "record/sampler/stripped_ruby.h"

enum {
	LEAST_TABLE = 150, /* instructions; Ruby 3.0 to 4.0 have some 200 */
	MOST_WORDS = 1 << 20,
	MOST_CALLERS = 4,
};

struct table_search {
	const struct module *m;
	struct code_range in; /* the function that the words before lead into */
	uint64_t next;        /* the address after the last word */
	size_t n;             /* words so far */
	struct code_range core;
	size_t most;
};

static void take_word(struct table_search *t, uint64_t at, uint64_t to)
{
	if (at != t->next || to < t->in.start || to >= t->in.end) {
		t->n = 0;
		t->in = (struct code_range){ 0 };
	}
	t->next = at + 8;
	if (!t->n && !cfi_function(&t->m->cfi, to, &t->in.start, &t->in.end))
		return;
	if (++t->n > t->most) {
		t->most = t->n;
		t->core = t->in;
	}
}

/* Words that the dynamic linker fills in. */
static void take_relocations(struct table_search *t)
{
	const struct elf_section *s = elf_section(&t->m->elf, ".rela.dyn");
	Elf_Data *relocations = s ? elf_records(&t->m->elf, s) : NULL;
	GElf_Rela r;

	for (int i = 0; relocations && i < MOST_WORDS && gelf_getrela(relocations, i, &r); i++)
		if (GELF_R_TYPE(r.r_info) == R_X86_64_RELATIVE)
			take_word(t, r.r_offset, (uint64_t)r.r_addend);
}

/* Words that are in the file: it is not relocated, or its relocations are packed. */
static void take_words(struct table_search *t, const char *section)
{
	const struct elf_section *s = elf_section(&t->m->elf, section);
	struct str bytes = s ? elf_contents(&t->m->elf, s) : (struct str){ 0 };
	uint64_t word;

	for (size_t i = 0; i + 8 <= bytes.n; i += 8) {
		memcpy(&word, bytes.p + i, sizeof(word));
		if (word)
			take_word(t, s->addr + i, word);
	}
}

static bool find_core(const struct module *m, struct code_range *core)
{
	struct table_search t = { .m = m };

	take_relocations(&t);
	if (t.most < LEAST_TABLE)
		take_words(&t, ".data.rel.ro");
	if (t.most < LEAST_TABLE)
		take_words(&t, ".rodata");
	*core = t.core;
	return t.most >= LEAST_TABLE;
}

struct callers {
	struct code_range range[MOST_CALLERS];
	size_t n;
};

static bool has_caller(const struct callers *c, uint64_t start)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->range[i].start == start)
			return true;
	return false;
}

static void add_caller(struct callers *c, const struct module *m, uint64_t vaddr)
{
	struct code_range r;

	if (c->n < MOST_CALLERS && cfi_function(&m->cfi, vaddr, &r.start, &r.end) &&
	    !has_caller(c, r.start))
		c->range[c->n++] = r;
}

/* Finds the functions of a segment that call the function at `to`: e8 and an offset. */
static void find_callers_in(struct callers *c, const struct module *m, const struct elf_segment *s,
			    uint64_t to)
{
	struct str code = elf_at(&m->elf, s->vaddr);
	int32_t distance;

	for (size_t i = 0; i + 5 <= code.n; i++) {
		if ((uint8_t)code.p[i] != 0xe8)
			continue;
		memcpy(&distance, code.p + i + 1, sizeof(distance));
		if (s->vaddr + i + 5 + (uint64_t)(int64_t)distance == to)
			add_caller(c, m, s->vaddr + i);
	}
}

static struct callers callers_of(const struct module *m, uint64_t function)
{
	struct callers c = { .n = 0 };

	for (size_t i = 0; i < m->elf.nsegment; i++) {
		const struct elf_segment *s = &m->elf.segment[i];

		if (s->type == ELF_SEGMENT_LOAD && s->flags & PF_X)
			find_callers_in(&c, m, s, function);
	}
	return c;
}

/* Does another one of the callers call it? */
static bool is_called_by(const struct module *m, const struct callers *c, uint64_t function)
{
	struct callers outer = callers_of(m, function);

	for (size_t i = 0; i < c->n; i++)
		if (c->range[i].start != function && has_caller(&outer, c->range[i].start))
			return true;
	return false;
}

bool stripped_ruby_find(const struct module *m, struct code_range *evaluator,
			struct code_range *core)
{
	struct callers c;
	size_t n = 0;

	if (m->elf.machine != ELF_MACHINE_X86_64 || !find_core(m, core))
		return false;
	c = callers_of(m, core->start);
	for (size_t i = 0; i < c.n; i++) {
		if (c.n > 1 && is_called_by(m, &c, c.range[i].start))
			continue;
		*evaluator = c.range[i];
		n++;
	}
	return n == 1;
}
