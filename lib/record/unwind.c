#include "record/unwind.h"

enum {
	CACHE_BITS = 16,
	SEGMENT = 64 << 10,  /* stack pointers further apart are on other stacks */
	FUNCTION = 64 << 10, /* functions are hardly larger than that */
};

/* A walk up one stack. */
struct walk {
	struct unwinder *u;
	struct process *p;
	const struct user_state *state;
	uint64_t pc, sp, fp, lr;
	uint64_t sp0;
	bool leaf;        /* at the innermost frame, where all registers are known */
	bool knows_lr;    /* there, and where a signal interrupted */
	bool call;        /* pc is a return address: the call lies before it */
	size_t live_from; /* frames found by reading the process, from this one */
	bool live;        /* the process may be read, */
	bool used_live;   /* and was */
	bool recovered;   /* another register was looked for, in a walk of its own */
	size_t nframe;    /* of such a walk */
	enum unwind_end end;
};

void unwinder_init(struct unwinder *u, const struct arch *arch, struct processes *processes)
{
	*u = (struct unwinder){ .arch = arch, .processes = processes };
	u->cache = mem_zeroed((size_t)1 << CACHE_BITS, sizeof(*u->cache));
}

void unwinder_release(struct unwinder *u)
{
	mem_free(u->cache, ((size_t)1 << CACHE_BITS) * sizeof(*u->cache));
	memos_release(&u->memos);
}

/* Memory */

/* A word of the copied stack, or else of the process's memory. */
static bool read_word(struct walk *w, uint64_t address, uint64_t *word)
{
	uint64_t at = address - w->sp0;

	if (at < w->state->nstack && w->state->nstack - at >= sizeof(*word)) {
		memcpy(word, w->state->stack + at, sizeof(*word));
		return true;
	}
	/* Just below the stack pointer nothing outlives the sample. */
	if (!w->live || w->sp0 - address <= SEGMENT || !live_word(&w->u->live, address, word))
		return false;
	w->used_live = true;
	return true;
}

static bool read_for_expression(void *context, uint64_t address, uint64_t *word)
{
	return read_word(context, address, word);
}

/* Rules */

static struct rule find_rule(struct unwinder *u, const struct map *m, uint64_t address)
{
	uint64_t vaddr = address - m->bias, rel = vaddr - m->binary->base;
	uint64_t key = (uint64_t)m->binary->id << 32 | (uint32_t)rel;
	struct rule_entry *e = &u->cache[key * 0x9e3779b97f4a7c15 >> (64 - CACHE_BITS)];

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

static bool stop(struct walk *w, enum unwind_end why)
{
	w->end = why;
	return false;
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
		if (!read_word(w, from, cfa))
			return stop(w, UNWIND_TRUNCATED);
		*cfa += (uint64_t)(int64_t)r->ra_offset;
		return true;
	case CFA_REG:
	case CFA_EXPR: return other_cfa(w, r, m, cfa) || stop(w, UNWIND_BAD);
	}
	return stop(w, UNWIND_BAD);
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
	if (at < w->sp0)
		return true;
	return read_word(w, at, fp) || stop(w, UNWIND_TRUNCATED);
}

static bool restore_pc(struct walk *w, const struct rule *r, uint64_t cfa, uint64_t *pc)
{
	bool deref = r->cfa == CFA_DEREF_SP || r->cfa == CFA_DEREF_FP;
	int32_t offset = deref ? -8 : r->ra_offset;

	if (r->ra == AT_SAME) {
		*pc = w->lr;
		return w->knows_lr || stop(w, UNWIND_BAD);
	}
	return read_word(w, place_address(w, r->ra, cfa, offset), pc) || stop(w, UNWIND_TRUNCATED);
}

/* Move to the caller. False at the end of the stack, with w->end set. */
static bool move(struct walk *w, uint64_t pc, uint64_t cfa, uint64_t fp, bool signal)
{
	pc &= w->u->arch->address_mask;
	/* Memory that was given back and reads as zero is no end. */
	if (!pc)
		return stop(w, w->used_live ? UNWIND_TRUNCATED : UNWIND_COMPLETE);
	/*
	 * Callers lie above their callees, but for a leaf on aarch64, which may have
	 * no frame, and for those on another stack: of a signal handler, a fibre, a
	 * segment.
	 */
	if (!signal && w->sp - cfa <= SEGMENT && !(w->leaf && cfa == w->sp))
		return stop(w, UNWIND_BAD);
	w->pc = pc;
	w->sp = cfa;
	w->fp = fp;
	w->leaf = w->knows_lr = false;
	w->call = !signal;
	return true;
}

static bool follow_rule(struct walk *w, const struct rule *r, const struct map *m)
{
	uint64_t cfa, fp, pc;

	if (r->cfa == CFA_END)
		return stop(w, UNWIND_COMPLETE);
	return find_cfa(w, r, m, &cfa) && restore_fp(w, r, cfa, &fp) &&
	       restore_pc(w, r, cfa, &pc) && move(w, pc, cfa, fp, r->signal);
}

static struct walk begin(struct unwinder *u, struct process *p, const struct user_state *state)
{
	const struct arch *a = u->arch;

	return (struct walk){
		.u = u,
		.p = p,
		.state = state,
		.pc = state->regs[a->pc],
		.sp = state->regs[a->sp],
		.fp = state->regs[a->fp],
		.lr = a->lr == DWARF_NONE ? 0 : state->regs[a->lr],
		.sp0 = state->regs[a->sp],
		.leaf = true,
		.knows_lr = a->lr != DWARF_NONE,
	};
}

/* What a register is in the caller of the frame that v has reached, whose rule is r. */
static bool pass_on(struct walk *v, const struct rule *r, const struct rule *of_register,
		    const struct map *m, uint64_t *value)
{
	uint64_t cfa;

	if (of_register->fp == AT_SAME)
		return true;
	return (of_register->fp == AT_CFA || of_register->fp == AT_SP) && find_cfa(v, r, m, &cfa) &&
	       read_word(v, place_address(v, of_register->fp, cfa, of_register->fp_offset), value);
}

/*
 * The value of a register that is not tracked, in the frame that w has reached: the
 * walk is made again up to there, with an eye on that register. ld.so needs it, which
 * counts from RBX while it looks up a function that is called for the first time.
 */
static bool recover(struct walk *w, uint8_t reg, uint64_t *value)
{
	struct walk v = begin(w->u, w->p, w->state);
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
		r = find_rule(v.u, m, address);
		of_register = cfi_register_rule(&m->binary->cfi, address - m->bias, reg);
		if (of_register.cfa == CFA_NONE || !pass_on(&v, &r, &of_register, m, value) ||
		    !follow_rule(&v, &r, m))
			return false;
	}
	w->used_live |= v.used_live;
	return true;
}

/* Calls, as the code shows them */

enum call {
	NO_CALL,
	DIRECT_CALL,
	ANY_CALL, /* to an address in a register or in memory; or the code cannot be seen */
};

/* x86-64: call rel32, or call *operand of two to seven bytes. */
static enum call call_in(const uint8_t *code, uint64_t end, uint64_t *target)
{
	int32_t offset;

	if (code[2] == 0xe8) {
		memcpy(&offset, code + 3, sizeof(offset));
		*target = end + (uint64_t)(int64_t)offset;
		return DIRECT_CALL;
	}
	for (size_t n = 2; n <= 7; n++)
		if (code[7 - n] == 0xff && (code[8 - n] & 0x38) == 0x10)
			return ANY_CALL;
	return NO_CALL;
}

/* aarch64: bl, or blr and its authenticating forms. */
static enum call branch_in(uint32_t word, uint64_t end, uint64_t *target)
{
	if (word >> 26 == 0x25) {
		*target = end - 4 + (uint64_t)((int64_t)((uint64_t)word << 38) >> 36);
		return DIRECT_CALL;
	}
	return (word & 0xfefff000) == 0xd63f0000 ? ANY_CALL : NO_CALL;
}

/* The call that ends at an address in mapping m; *target is where a direct one goes. */
static enum call call_before(const struct walk *w, const struct map *m, uint64_t address,
			     uint64_t *target)
{
	struct str code;
	uint32_t word;

	if (!m->binary || !m->biased)
		return ANY_CALL; /* JIT code: it cannot be seen here */
	code = elf_at(&m->binary->elf, address - m->bias - 7);
	if (code.n < 7)
		return ANY_CALL;
	if (w->u->arch->machine == ELF_MACHINE_X86_64)
		return call_in((const uint8_t *)code.p, address, target);
	memcpy(&word, code.p + 3, sizeof(word));
	return branch_in(word, address, target);
}

/*
 * May the innermost function have been called from before this address? It must
 * follow a call, and a direct one must go to where that function may begin.
 */
static enum call caller_at(struct walk *w, uint64_t address)
{
	const struct map *m = process_find(w->u->processes, w->p, address - 1);
	uint64_t target;
	enum call call = m ? call_before(w, m, address, &target) : NO_CALL;

	return call == DIRECT_CALL && w->pc - target > FUNCTION ? NO_CALL : call;
}

/* Without unwind data */

static bool follow_fp(struct walk *w)
{
	uint64_t fp, pc;

	if (!w->fp)
		return stop(w, w->used_live ? UNWIND_TRUNCATED : UNWIND_COMPLETE);
	if ((w->fp != w->sp && w->sp - w->fp <= SEGMENT) || w->fp & 7)
		return stop(w, UNWIND_BAD);
	if (!read_word(w, w->fp, &fp) || !read_word(w, w->fp + 8, &pc))
		return stop(w, UNWIND_TRUNCATED);
	return move(w, pc, w->fp + 16, fp, false);
}

/*
 * A function among others that have unwind data, but without any itself: assembly,
 * or built-in code of a JIT compiler. Where it was interrupted it may have pushed
 * nothing; or else its frame pointer is set up, and the top of its stack may hold
 * anything, even a return address that an earlier call left there.
 */
static bool leave_leaf(struct walk *w)
{
	bool has_lr = w->knows_lr;
	uint64_t pc = w->lr, outer;
	enum call call;

	if (!has_lr && !read_word(w, w->sp, &pc))
		return stop(w, UNWIND_TRUNCATED);
	pc &= w->u->arch->address_mask;
	call = caller_at(w, pc);
	if (call == NO_CALL ||
	    (call == ANY_CALL && w->fp - w->sp < SEGMENT && read_word(w, w->fp + 8, &outer) &&
	     caller_at(w, outer & w->u->arch->address_mask) == DIRECT_CALL))
		return follow_fp(w);
	return move(w, pc, w->sp + (has_lr ? 0 : 8), w->fp, false);
}

/*
 * CPython's trampoline: it pushes nothing but what keeps the stack aligned, and at its
 * first and last instruction not even that. (Later versions make a frame.)
 */
static bool leave_trampoline(struct walk *w)
{
	uint64_t pc;

	if (w->call && w->fp == w->sp)
		return follow_fp(w);
	if (!w->call && read_word(w, w->sp, &pc) && caller_at(w, pc) != NO_CALL)
		return move(w, pc, w->sp + 8, w->fp, false);
	if (!read_word(w, w->sp + 8, &pc))
		return stop(w, UNWIND_TRUNCATED);
	return move(w, pc, w->sp + 16, w->fp, false);
}

/*
 * What signal handlers return to, where it has no unwind data: x86-64 in musl and in
 * static programs, "mov $15, %rax; syscall"; aarch64, "mov x8, #139; svc #0".
 */
static bool is_sigreturn(const struct walk *w, const struct map *m)
{
	static const struct str x86_64 = { "\x48\xc7\xc0\x0f\x00\x00\x00\x0f\x05", 9 };
	static const struct str aarch64 = { "\x68\x11\x80\xd2\x01\x00\x00\xd4", 8 };

	return m->binary &&
	       str_starts(elf_at(&m->binary->elf, w->pc - m->bias),
			  w->u->arch->machine == ELF_MACHINE_X86_64 ? x86_64 : aarch64);
}

/*
 * The interrupted registers lie above the stack pointer: x86-64 has a ucontext there,
 * aarch64 a siginfo of 128 bytes and then the ucontext, with its registers at 184.
 */
static bool leave_signal(struct walk *w)
{
	static const uint16_t x86_64[] = { 40 + 8 * 16, 40 + 8 * 15, 40 + 8 * 10 };
	static const uint16_t aarch64[] = { 312 + 8 * 32, 312 + 8 * 31, 312 + 8 * 29,
					    312 + 8 * 30 };
	bool x86 = w->u->arch->machine == ELF_MACHINE_X86_64;
	const uint16_t *at = x86 ? x86_64 : aarch64;
	uint64_t pc, sp, fp, lr = 0;

	if (!read_word(w, w->sp + at[0], &pc) || !read_word(w, w->sp + at[1], &sp) ||
	    !read_word(w, w->sp + at[2], &fp) || (!x86 && !read_word(w, w->sp + at[3], &lr)))
		return stop(w, UNWIND_TRUNCATED);
	if (!move(w, pc, sp, fp, true))
		return false;
	w->lr = lr;
	w->knows_lr = !x86;
	return true;
}

/*
 * makecontext(3) and its like put the address of a function's first instruction where
 * a return address should be. The call would lie before it, where no function is.
 */
static bool is_put_there(struct walk *w, const struct map *m)
{
	return w->call && m->binary && binary_has_rules(m->binary) && w->pc < m->end &&
	       find_rule(w->u, m, w->pc).cfa != CFA_NONE;
}

static bool follow_guess(struct walk *w, const struct map *m)
{
	struct unwinder *u = w->u;

	if (is_sigreturn(w, m))
		return leave_signal(w);
	if (is_put_there(w, m))
		return stop(w, UNWIND_COMPLETE);
	if (!m->binary && u->is_trampoline && u->is_trampoline(u->context, w->p, w->pc))
		return leave_trampoline(w);
	if (!w->call && m->binary && binary_has_rules(m->binary))
		return leave_leaf(w);
	return follow_fp(w);
}

/* The walk */

/* Go to the caller of the frame at address (its mapping is m). */
static bool step(struct walk *w, const struct map *m, uint64_t address)
{
	struct rule r = { .cfa = CFA_NONE };

	if (w->u->fp_only)
		return follow_fp(w);
	if (m->binary && binary_has_rules(m->binary))
		r = find_rule(w->u, m, address);
	if (r.cfa == CFA_NONE)
		return follow_guess(w, m);
	return follow_rule(w, &r, m);
}

static bool follows_call(const struct walk *w, const struct map *m, uint64_t address)
{
	uint64_t target;

	return call_before(w, m, address, &target) != NO_CALL;
}

/* May a frame that was read from the running process be believed? */
static bool believable(const struct walk *w, const struct map *m)
{
	return !w->used_live || !w->call || follows_call(w, m, w->pc);
}

static size_t walk(struct walk *w, struct user_frame *out)
{
	size_t n = 0;

	w->end = UNWIND_DEEP;
	while (n < UNWIND_MOST) {
		uint64_t address = w->pc - w->call;
		struct map *m = process_find(w->u->processes, w->p, address);

		if (!m || !believable(w, m)) {
			w->end = w->used_live ? UNWIND_TRUNCATED : UNWIND_LOST;
			break;
		}
		if (!w->used_live)
			w->live_from = n + 1;
		w->u->trail[n] = (struct memo_frame){ address, w->sp };
		out[n++] = (struct user_frame){ m, address };
		if (!step(w, m, address))
			break;
	}
	return n;
}

/* Complete a stack of n frames that was cut off; returns how many it has then. */
static size_t remember(struct walk *w, struct user_frame *out, size_t n)
{
	struct unwinder *u = w->u;
	size_t more;
	const struct memo_frame *f = memo_find(&u->memos, w->p->pid, w->state->tid, u->trail, n,
					       &more);

	if (!f || n + more > UNWIND_MOST)
		return n;
	for (size_t i = 0; i < more; i++) {
		out[n + i] = (struct user_frame){ process_find(u->processes, w->p, f[i].address),
						  f[i].address };
		u->trail[n + i] = f[i];
		if (!out[n + i].map)
			return n;
	}
	w->end = UNWIND_COMPLETE;
	u->remembered++;
	return n + more;
}

/* Read what was not copied from the process; keep it if it makes a whole stack. */
static size_t walk_live(struct walk *w, struct user_frame *out)
{
	struct unwinder *u = w->u;
	size_t n;

	*w = begin(u, w->p, w->state);
	w->live = true;
	live_init(&u->live, w->state->tid);
	n = walk(w, out);
	if (w->end == UNWIND_COMPLETE) {
		u->completed++;
		return n;
	}
	w->end = UNWIND_TRUNCATED; /* the process ran on */
	return w->live_from;
}

size_t unwind(struct unwinder *u, struct process *p, const struct user_state *state,
	      struct user_frame *out, enum unwind_end *end)
{
	struct walk w = begin(u, p, state);
	size_t n = walk(&w, out);

	if (u->use_memo && w.end == UNWIND_TRUNCATED)
		n = remember(&w, out, n);
	if (u->use_live && w.end == UNWIND_TRUNCATED)
		n = walk_live(&w, out);
	if (u->use_memo && w.end == UNWIND_COMPLETE)
		memo_keep(&u->memos, p->pid, state->tid, u->trail, n);
	u->ends[w.end]++;
	*end = w.end;
	return n;
}
