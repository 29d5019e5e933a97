/* Steps by rules, which are computed once and then cached. */
#include "unwind/walk_call.h"

static struct rule missed_rule(struct walk *w, const struct region *r, uint64_t vaddr)
{
	const struct address_space *space = w->space;
	struct rule rule = module_rule(r->module, vaddr);

	if (rule.cfa == CFA_NONE && r->module->may_have_more && space->find_tables &&
	    space->find_tables(space->context, r))
		return module_rule(r->module, vaddr);
	return rule;
}

struct rule walk_rule(struct walk *w, const struct region *r, uint64_t address)
{
	struct unwinder *u = w->u;
	const struct module *m = r->module;
	uint64_t vaddr = address - r->bias, rel = vaddr - m->base;
	uint64_t key = (uint64_t)m->id << 32 | (uint32_t)rel;
	struct rule_entry *e = &u->cache[key * 0x9e3779b97f4a7c15 >> (64 - UNWIND_CACHE_BITS)];

	if (rel > UINT32_MAX)
		return missed_rule(w, r, vaddr);
	if (e->key == key) {
		u->hits++;
		return e->rule;
	}
	u->misses++;
	e->rule = missed_rule(w, r, vaddr);
	e->key = key;
	return e->rule;
}

static bool read_for_expression(void *context, uint64_t address, uint64_t *word)
{
	return walk_read(context, address, word);
}

/* Puts the known registers in regs[ARCH_REGS]. In the innermost frame all are known. */
static uint64_t known_registers(const struct walk *w, uint64_t *regs)
{
	const struct arch *a = w->arch;
	uint64_t known = 0;

	if (w->leaf) {
		memcpy(regs, w->state->regs, a->nregs * sizeof(*regs));
		known = (((uint64_t)1 << a->nregs) - 1) & ~w->state->missing;
	}
	regs[a->sp] = w->sp;
	regs[a->fp] = w->fp;
	return known | (uint64_t)1 << a->sp | (uint64_t)1 << a->fp;
}

static bool recover_register(struct walk *w, uint8_t reg, uint64_t *value);

static bool other_cfa(struct walk *w, const struct rule *rule, const struct region *r,
		      uint64_t *cfa)
{
	uint64_t regs[ARCH_REGS] = { 0 };
	struct cfi_context c = { regs, known_registers(w, regs), read_for_expression, w };

	if (rule->cfa == CFA_EXPR)
		return cfi_expression(module_cfi(r->module, w->pc - w->call - r->bias), rule, &c,
				      cfa);
	if (rule->reg >= ARCH_REGS ||
	    (!(c.known >> rule->reg & 1) && !recover_register(w, rule->reg, &regs[rule->reg])))
		return false;
	*cfa = regs[rule->reg] + (uint64_t)(int64_t)rule->cfa_offset;
	return true;
}

static bool find_cfa(struct walk *w, const struct rule *rule, const struct region *r, uint64_t *cfa)
{
	uint64_t from = rule->cfa == CFA_FP || rule->cfa == CFA_DEREF_FP ? w->fp : w->sp;

	from += (uint64_t)(int64_t)rule->cfa_offset;
	switch (rule->cfa) {
	case CFA_SP:
	case CFA_FP: *cfa = from; return true;
	case CFA_PLT: *cfa = w->sp + w->arch->word * ((w->pc & 15) >= 11 ? 2 : 1); return true;
	case CFA_DEREF_SP:
	case CFA_DEREF_FP:
		if (!walk_read(w, from, cfa))
			return walk_stop(w, UNWIND_TRUNCATED);
		*cfa += (uint64_t)(int64_t)rule->ra_offset;
		return true;
	case CFA_REG:
	case CFA_EXPR: return other_cfa(w, rule, r, cfa) || walk_stop(w, UNWIND_BAD);
	}
	return walk_stop(w, UNWIND_BAD);
}

/* The address of a saved register. */
static uint64_t place_address(const struct walk *w, enum rule_place place, uint64_t cfa,
			      int32_t offset)
{
	uint64_t from = place == AT_SP ? w->sp : place == AT_FP ? w->fp : cfa;

	return from + (uint64_t)(int64_t)offset;
}

/* Finds the caller's frame pointer. */
static bool restore_fp(struct walk *w, const struct rule *rule, uint64_t cfa, uint64_t *fp)
{
	uint64_t at = place_address(w, rule->fp, cfa, rule->fp_offset);

	*fp = w->fp;
	if (rule->fp == AT_SAME || rule->fp == AT_LOST)
		return true;
	/* Popped already, in an epilogue: the value is in its register. */
	if (at < w->sp)
		return true;
	return walk_read(w, at, fp) || walk_stop(w, UNWIND_TRUNCATED);
}

static bool restore_pc(struct walk *w, const struct rule *rule, uint64_t cfa, uint64_t *pc)
{
	bool deref = rule->cfa == CFA_DEREF_SP || rule->cfa == CFA_DEREF_FP;
	int32_t offset = deref ? -w->arch->word : rule->ra_offset;

	if (rule->ra == AT_SAME) {
		*pc = w->lr;
		return w->knows_lr || walk_stop(w, UNWIND_BAD);
	}
	/* vfork() keeps it in a register, since its child returns first, on the same stack. */
	if (rule->ra == AT_REG) {
		*pc = w->state->regs[rule->ra_offset];
		return (w->leaf && !(w->state->missing >> rule->ra_offset & 1)) ||
		       walk_stop(w, UNWIND_BAD);
	}
	return walk_read(w, place_address(w, rule->ra, cfa, offset), pc) ||
	       walk_stop(w, UNWIND_TRUNCATED);
}

/* Does a rule need memory below the stack pointer, which leaf functions may use? */
static bool is_in_red_zone(const struct walk *w, const struct rule *rule)
{
	return w->leaf && rule->cfa == CFA_DEREF_SP && rule->cfa_offset < 0;
}

/* Stops at a switch from another stack, which is not in the copy. The chain may have its frames. */
static bool stop_at_switch(struct walk *w, const struct region *r)
{
	struct gofunc f;

	if (!w->state->nchain || !gopclntab_find(&r->module->go, w->pc - w->call - r->bias, &f))
		return walk_stop(w, UNWIND_COMPLETE);
	w->switched = f.entry + r->bias;
	return walk_stop(w, UNWIND_TRUNCATED);
}

/* Leaves a call of a null pointer, interrupted by a signal: only the return address is pushed. */
static bool walk_from_null(struct walk *w, uint64_t cfa, uint64_t fp)
{
	const struct region *r;
	uint64_t pc;

	if (w->arch->lr != DWARF_NONE || !walk_read(w, cfa, &pc))
		return walk_stop(w, UNWIND_COMPLETE);
	r = walk_region(w, pc - 1);
	if (!r || !walk_may_return_to(w, r, pc))
		return walk_stop(w, UNWIND_COMPLETE);
	return walk_move(w, pc, cfa + w->arch->word, fp, false);
}

/*
 * Leaves a subroutine that assembly has within a function, as LuaJIT's interpreter does: the
 * function's table does not know of the return address that its call pushed. So the rule has led to
 * `pc`, another word of the frame, where no code is.
 */
static bool leave_subroutine(struct walk *w, const struct rule *rule, const struct region *r,
			     uint64_t pc)
{
	uint64_t address = w->pc - w->call, own, target, start, end;

	if (rule->cfa != CFA_SP || w->arch->machine != ELF_MACHINE_X86_64 ||
	    (pc && walk_region(w, pc - 1)) || !walk_read(w, w->sp, &own) ||
	    !cfi_function(module_cfi(r->module, address - r->bias), address - r->bias, &start,
			  &end))
		return false;
	start += r->bias;
	end += r->bias;
	return own > start && own < end && walk_call_before(w, r, own, &target) == DIRECT_CALL &&
	       target > start && target <= address &&
	       walk_move(w, own, w->sp + w->arch->word, w->fp, false);
}

bool walk_by_rule(struct walk *w, const struct rule *rule, const struct region *r)
{
	uint64_t cfa, fp, pc;

	if (rule->cfa == CFA_END)
		return walk_stop(w, UNWIND_COMPLETE);
	if (rule->cfa == CFA_SWITCH)
		return stop_at_switch(w, r);
	if (is_in_red_zone(w, rule))
		return walk_by_scan(w, r, UINT64_MAX) || walk_stop(w, UNWIND_RED_ZONE);
	if (!find_cfa(w, rule, r, &cfa) || !restore_fp(w, rule, cfa, &fp) ||
	    !restore_pc(w, rule, cfa, &pc))
		return false;
	w->was_signal = rule->signal;
	if (rule->signal && !pc)
		return walk_from_null(w, cfa, fp);
	return leave_subroutine(w, rule, r, pc) || walk_move(w, pc, cfa, fp, rule->signal);
}

/*
 * Changes *value, the value of a register in the frame that v has reached, to that in its caller.
 * The frame's rule is `rule`; of_register is the rule for the register.
 */
static bool carry_register(struct walk *v, const struct rule *rule, const struct rule *of_register,
			   const struct region *r, uint64_t *value)
{
	uint64_t cfa;

	if (of_register->fp == AT_SAME)
		return true;
	return (of_register->fp == AT_CFA || of_register->fp == AT_SP) &&
	       find_cfa(v, rule, r, &cfa) &&
	       walk_read(v, place_address(v, of_register->fp, cfa, of_register->fp_offset), value);
}

/*
 * Finds the value of an untracked register in the frame that w has reached, by a second walk from
 * the innermost frame that follows the register. ld.so needs it: its CFA is relative to RBX while
 * it looks up a function that is called for the first time. Done only once for a stack, since it
 * doubles the time.
 */
static bool recover_register(struct walk *w, uint8_t reg, uint64_t *value)
{
	struct walk v = walk_begin(w->u, w->space, w->state);

	if (w->recovered || reg >= w->arch->nregs || w->state->missing >> reg & 1)
		return false;
	v.may_read = w->may_read;
	v.recovered = w->recovered = true;
	*value = w->state->regs[reg];
	for (size_t n = 0; v.sp != w->sp || v.pc != w->pc; n++) {
		uint64_t address = v.pc - v.call;
		const struct region *r = walk_region(&v, address);
		struct rule rule, of_register;

		if (!r || !r->module || n == UNWIND_MOST)
			return false;
		rule = walk_rule(&v, r, address);
		of_register = cfi_register_rule(module_cfi(r->module, address - r->bias),
						address - r->bias, reg);
		if (of_register.cfa == CFA_NONE ||
		    !carry_register(&v, &rule, &of_register, r, value) ||
		    !walk_by_rule(&v, &rule, r))
			return false;
	}
	w->used_memory |= v.used_memory;
	return true;
}
