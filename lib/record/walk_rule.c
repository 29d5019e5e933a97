/* Steps by rules, which are kept once they were worked out. */
#include "record/walk.h"

struct rule walk_rule(struct unwinder *u, const struct map *m, uint64_t address)
{
	uint64_t vaddr = address - m->bias, rel = vaddr - m->binary->base;
	uint64_t key = (uint64_t)m->binary->id << 32 | (uint32_t)rel;
	struct rule_entry *e = &u->cache[key * 0x9e3779b97f4a7c15 >> (64 - UNWIND_CACHE_BITS)];

	if (rel > UINT32_MAX)
		return binary_rule(u->processes->binaries, m->binary, vaddr);
	if (e->key == key) {
		u->hits++;
		return e->rule;
	}
	u->misses++;
	e->rule = binary_rule(u->processes->binaries, m->binary, vaddr);
	e->key = key;
	return e->rule;
}

static bool read_for_expression(void *context, uint64_t address, uint64_t *word)
{
	return walk_read(context, address, word);
}

/* The registers that are known: all of them in the innermost frame. */
static uint64_t known_registers(const struct walk *w, uint64_t *regs)
{
	const struct arch *a = w->u->arch;
	uint64_t known = 0;

	for (uint8_t i = 0; w->leaf && i < ARCH_REGS; i++) {
		uint8_t place = a->place[i];

		if (place == DWARF_NONE || place >= a->nregs)
			continue;
		regs[i] = w->state->regs[place];
		known |= (uint64_t)1 << i;
	}
	regs[a->dwarf_sp] = w->sp;
	regs[a->dwarf_fp] = w->fp;
	return known | (uint64_t)1 << a->dwarf_sp | (uint64_t)1 << a->dwarf_fp;
}

static bool recover(struct walk *w, uint8_t reg, uint64_t *value);

static bool other_cfa(struct walk *w, const struct rule *r, const struct map *m, uint64_t *cfa)
{
	uint64_t regs[ARCH_REGS] = { 0 };
	struct cfi_context c = { regs, known_registers(w, regs), read_for_expression, w };

	if (r->cfa == CFA_EXPR)
		return cfi_expression(&m->binary->cfi, r, &c, cfa);
	if (r->reg >= ARCH_REGS || (!(c.known >> r->reg & 1) && !recover(w, r->reg, &regs[r->reg])))
		return false;
	*cfa = regs[r->reg] + (uint64_t)(int64_t)r->cfa_offset;
	return true;
}

static bool find_cfa(struct walk *w, const struct rule *r, const struct map *m, uint64_t *cfa)
{
	uint64_t from = r->cfa == CFA_FP || r->cfa == CFA_DEREF_FP ? w->fp : w->sp;

	from += (uint64_t)(int64_t)r->cfa_offset;
	switch (r->cfa) {
	case CFA_SP:
	case CFA_FP: *cfa = from; return true;
	case CFA_PLT: *cfa = w->sp + 8 + ((w->pc & 15) >= 11 ? 8 : 0); return true;
	case CFA_DEREF_SP:
	case CFA_DEREF_FP:
		if (!walk_read(w, from, cfa))
			return walk_stop(w, UNWIND_TRUNCATED);
		*cfa += (uint64_t)(int64_t)r->ra_offset;
		return true;
	case CFA_REG:
	case CFA_EXPR: return other_cfa(w, r, m, cfa) || walk_stop(w, UNWIND_BAD);
	}
	return walk_stop(w, UNWIND_BAD);
}

/* Where a saved register lies. */
static uint64_t place_address(const struct walk *w, enum rule_place place, uint64_t cfa,
			      int32_t offset)
{
	uint64_t from = place == AT_SP ? w->sp : place == AT_FP ? w->fp : cfa;

	return from + (uint64_t)(int64_t)offset;
}

/* The caller's frame pointer. */
static bool restore_fp(struct walk *w, const struct rule *r, uint64_t cfa, uint64_t *fp)
{
	uint64_t at = place_address(w, r->fp, cfa, r->fp_offset);

	*fp = w->fp;
	if (r->fp == AT_SAME || r->fp == AT_LOST)
		return true;
	/* Popped already, in an epilogue: it still is in its register. */
	if (at < w->sp)
		return true;
	return walk_read(w, at, fp) || walk_stop(w, UNWIND_TRUNCATED);
}

static bool restore_pc(struct walk *w, const struct rule *r, uint64_t cfa, uint64_t *pc)
{
	bool deref = r->cfa == CFA_DEREF_SP || r->cfa == CFA_DEREF_FP;
	int32_t offset = deref ? -8 : r->ra_offset;

	if (r->ra == AT_SAME) {
		*pc = w->lr;
		return w->knows_lr || walk_stop(w, UNWIND_BAD);
	}
	return walk_read(w, place_address(w, r->ra, cfa, offset), pc) ||
	       walk_stop(w, UNWIND_TRUNCATED);
}

bool walk_by_rule(struct walk *w, const struct rule *r, const struct map *m)
{
	uint64_t cfa, fp, pc;

	if (r->cfa == CFA_END)
		return walk_stop(w, UNWIND_COMPLETE);
	return find_cfa(w, r, m, &cfa) && restore_fp(w, r, cfa, &fp) &&
	       restore_pc(w, r, cfa, &pc) && walk_move(w, pc, cfa, fp, r->signal);
}

/* What a register is in the caller of the frame that v has reached, whose rule is r. */
static bool pass_on(struct walk *v, const struct rule *r, const struct rule *of_register,
		    const struct map *m, uint64_t *value)
{
	uint64_t cfa;

	if (of_register->fp == AT_SAME)
		return true;
	return (of_register->fp == AT_CFA || of_register->fp == AT_SP) && find_cfa(v, r, m, &cfa) &&
	       walk_read(v, place_address(v, of_register->fp, cfa, of_register->fp_offset), value);
}

/*
 * The value of a register that is not tracked, in the frame that w has reached: the
 * walk is made again up to there, with an eye on that register. ld.so needs it, which
 * counts from RBX while it looks up a function that is called for the first time.
 */
static bool recover(struct walk *w, uint8_t reg, uint64_t *value)
{
	struct walk v = walk_begin(w->u, w->p, w->state);
	uint8_t place = w->u->arch->place[reg];

	if (w->recovered || place >= w->u->arch->nregs)
		return false;
	v.live = w->live;
	v.recovered = w->recovered = true; /* once for a stack: it takes as long again */
	*value = w->state->regs[place];
	while (v.sp != w->sp || v.pc != w->pc) {
		uint64_t address = v.pc - v.call;
		const struct map *m = process_find(v.u->processes, v.p, address);
		struct rule r, of_register;

		if (!m || !m->binary || v.nframe++ == UNWIND_MOST)
			return false;
		r = walk_rule(v.u, m, address);
		of_register = cfi_register_rule(&m->binary->cfi, address - m->bias, reg);
		if (of_register.cfa == CFA_NONE || !pass_on(&v, &r, &of_register, m, value) ||
		    !walk_by_rule(&v, &r, m))
			return false;
	}
	w->used_live |= v.used_live;
	return true;
}
