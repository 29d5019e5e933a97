/*
 * The unwind tables describe a moved part as a function of its own, but one that begins with
 * registers saved and with the frame of the function that jumps there. So the unwind rules at
 * both ends of such a jump are the same, and are not those of a function's entry.
 */
#include "record/sampler/evaluator.h"

#include "interp/php/php_image.h"
#include "interp/python/python_image.h"
#include "interp/ruby/ruby_image.h"
#include "record/sampler/stripped_ruby.h"

enum { LEAST_CORE = 4096 }; /* bytes: the core implements all instructions */

static bool is_same_rule(const struct rule *a, const struct rule *b)
{
	return a->cfa == b->cfa && a->cfa_offset == b->cfa_offset && a->fp == b->fp &&
	       a->fp_offset == b->fp_offset;
}

/* Is it the rule at a function's entry, with only the return address on the stack? */
static bool is_beginning(const struct rule *r)
{
	return r->cfa == CFA_SP && r->cfa_offset == 8;
}

static bool has_rule(const struct rule *r)
{
	return r->cfa == CFA_SP || r->cfa == CFA_FP;
}

/* Does code at `from` that jumps to `to` stay in its function? */
static bool stays(const struct module *m, uint64_t from, uint64_t to)
{
	struct rule here = module_rule(m, from), there = module_rule(m, to);

	return has_rule(&there) && !is_beginning(&there) && is_same_rule(&here, &there);
}

static void add_part(struct evaluator *e, const struct module *m, uint64_t from, uint64_t to)
{
	struct rule first;
	uint64_t start, end;

	if (e->nparts == EVALUATOR_PARTS || evaluator_has(e, to) ||
	    !cfi_function(&m->cfi, to, &start, &end) || !stays(m, from, to))
		return;
	first = module_rule(m, start);
	if (is_beginning(&first))
		return;
	e->part[e->nparts].start = start;
	e->part[e->nparts++].end = end;
}

/* Finds jumps with a 32-bit offset: e9, and 0f 80 to 0f 8f. */
static void look_for_jumps(struct evaluator *e, const struct module *m, uint64_t start,
			   uint64_t end)
{
	struct str code = elf_at(&m->elf, start);

	code.n = min_size(code.n, end - start);
	for (size_t i = 1; i + 5 <= code.n; i++) {
		uint8_t before = (uint8_t)code.p[i - 1], op = (uint8_t)code.p[i];
		int32_t distance;

		if (op != 0xe9 && !(before == 0x0f && (op & 0xf0) == 0x80))
			continue;
		memcpy(&distance, code.p + i + 1, sizeof(distance));
		add_part(e, m, start + i, start + i + 5 + (uint64_t)(int64_t)distance);
	}
}

/* Finds the largest function that the evaluator calls: e8 and an offset. */
static void look_for_core(struct evaluator *e, const struct module *m)
{
	struct str code = elf_at(&m->elf, e->part[0].start);

	code.n = min_size(code.n, e->part[0].end - e->part[0].start);
	for (size_t i = 0; i + 5 <= code.n; i++) {
		uint64_t to, start, end;
		int32_t distance;

		if ((uint8_t)code.p[i] != 0xe8)
			continue;
		memcpy(&distance, code.p + i + 1, sizeof(distance));
		to = e->part[0].start + i + 5 + (uint64_t)(int64_t)distance;
		if (cfi_function(&m->cfi, to, &start, &end) && start == to &&
		    end - start >= LEAST_CORE && end - start > e->core.end - e->core.start)
			e->core = (struct code_range){ start, end };
	}
}

static void find_ruby(struct evaluator *e, const struct module *m)
{
	struct ruby_image r;

	if (!ruby_image_find(&r, &m->elf))
		return;
	e->part[0] = (struct code_range){ r.evaluator_start, r.evaluator_end };
	e->core = (struct code_range){ r.core_start, r.core_end };
	if (r.evaluator_start == r.evaluator_end && !stripped_ruby_find(m, &e->part[0], &e->core))
		return;
	e->kind = INTERP_RUBY;
	e->nparts = 1;
	if (e->core.start == e->core.end && m->elf.machine == ELF_MACHINE_X86_64)
		look_for_core(e, m);
}

static void find_python(struct evaluator *e, const struct module *m)
{
	struct python_image p;

	if (!python_image_evaluator(&p, &m->elf))
		return;
	e->kind = INTERP_PYTHON;
	e->part[0] = (struct code_range){ p.evaluator_start, p.evaluator_end };
	e->nparts = 1;
}

static void find_php(struct evaluator *e, const struct module *m)
{
	struct php_image p;

	if (!php_image_evaluator(&p, &m->elf) || p.evaluator_start == p.evaluator_end)
		return;
	e->kind = INTERP_PHP;
	e->part[0] = (struct code_range){ p.evaluator_start, p.evaluator_end };
	e->nparts = 1;
}

void evaluator_find(struct evaluator *e, const struct module *m)
{
	*e = (struct evaluator){ 0 };
	if (!m->elf.handle)
		return;
	find_python(e, m);
	if (!e->nparts)
		find_ruby(e, m);
	if (!e->nparts)
		find_php(e, m);
	for (size_t i = 0; i < e->nparts && m->elf.machine == ELF_MACHINE_X86_64; i++)
		look_for_jumps(e, m, e->part[i].start, e->part[i].end);
}

static bool is_in(const struct code_range *r, uint64_t vaddr)
{
	return vaddr >= r->start && vaddr < r->end;
}

bool evaluator_has(const struct evaluator *e, uint64_t vaddr)
{
	for (size_t i = 0; i < e->nparts; i++)
		if (is_in(&e->part[i], vaddr))
			return true;
	return false;
}

bool evaluator_has_core(const struct evaluator *e, uint64_t vaddr)
{
	return is_in(&e->core, vaddr);
}
