/* Steps without unwind data, by frame pointers and by the look of the code. */
#include "unwind/walk_call.h"

enum {
	FUNCTION = 64 << 10, /* functions are rarely larger */
	ENTRY = 32,          /* bytes of the code at an entry point */
};

/*
 * May the call before this address have called the innermost function? The address must follow a
 * call, and a direct call must go to where that function may begin.
 */
static enum call caller_at(struct walk *w, uint64_t address)
{
	const struct region *r = walk_region(w, address - 1);
	uint64_t target;
	enum call call = r ? walk_call_before(w, r, address, &target) : NO_CALL;

	return call == DIRECT_CALL && w->pc - target > FUNCTION ? NO_CALL : call;
}

/* Without unwind data */

bool walk_is_entry(const struct region *r, uint64_t address)
{
	return r->module && address - r->bias - r->module->elf.entry < ENTRY;
}

/* xor %ebp, %ebp */
static bool clears_fp(struct str code)
{
	return str_starts(code, S("\x31\xed")) || str_starts(code, S("\x33\xed"));
}

/*
 * A frame pointer of zero ends a stack if code has cleared it for that purpose: at an entry point,
 * at the start of a function, or just before the call, as ld.so does. Other code may use it as a
 * general register.
 */
bool walk_is_outermost(struct walk *w)
{
	enum { CALL = 5, BEFORE_CALL = 2 + CALL };
	const struct region *r = walk_region(w, w->pc - w->call);
	struct str code;

	if (w->u->fp_only || w->arch->machine == ELF_MACHINE_AARCH64)
		return true;
	if (!r || !r->module)
		return false;
	if (walk_is_entry(r, w->pc - w->call))
		return true;
	code = elf_at(&r->module->elf, w->pc - r->bias - BEFORE_CALL);
	if (w->call && clears_fp(code) && str_starts(str_skip(code, 2), S("\xe8")))
		return true;
	code = elf_at(&r->module->elf, w->pc - w->call - r->bias - walk_into_function(w, r));
	if (str_starts(code, S("\xf3\x0f\x1e\xfa"))) /* endbr64 */
		code = str_skip(code, 4);
	return clears_fp(code);
}

static bool stop_without_fp(struct walk *w)
{
	bool sees_code = !w->u->fp_only && w->arch->machine == ELF_MACHINE_X86_64;

	/* Memory that was read later may have been released: its zeros alone say nothing. */
	if (w->used_memory && !(sees_code && walk_is_outermost(w)))
		return walk_stop(w, UNWIND_TRUNCATED);
	return walk_stop(w, walk_is_outermost(w) ? UNWIND_COMPLETE : UNWIND_NO_TABLES);
}

/* Code in a file that has no tables may use the frame pointer's register for anything. */
static bool may_have_no_frame(struct walk *w)
{
	const struct region *r = walk_region(w, w->pc - w->call);

	return !w->u->fp_only && r && r->module;
}

bool walk_by_fp(struct walk *w)
{
	uint64_t fp, pc;

	if (!w->fp)
		return stop_without_fp(w);
	if ((w->fp != w->sp && w->sp - w->fp <= WALK_SEGMENT) || w->fp & 7)
		return walk_stop(w, UNWIND_BAD);
	if (!walk_read(w, w->fp, &fp) || !walk_read(w, w->fp + 8, &pc))
		return walk_stop(w, UNWIND_TRUNCATED);
	if (!pc && may_have_no_frame(w))
		return stop_without_fp(w);
	return walk_move(w, pc, w->fp + 16, fp, false);
}

/*
 * Leaves a function without unwind data in a module that has some: assembly, or built-in code of
 * a JIT compiler. Either the function has pushed nothing yet, and the word at the top of the stack
 * is its return address. Or it has set up its frame pointer, and the return address is above that;
 * the top of the stack may then be anything, even an old return address. The top is taken if it
 * follows a call that may have led here, unless that is only a call through a pointer, and the
 * frame pointer's word follows a direct call that may have.
 */
static bool leave_leaf(struct walk *w)
{
	bool has_lr = w->knows_lr;
	uint64_t pc = w->lr, outer;
	enum call call;

	if (!has_lr && !walk_read(w, w->sp, &pc))
		return walk_stop(w, UNWIND_TRUNCATED);
	pc &= w->arch->address_mask;
	call = caller_at(w, pc);
	if (call == NO_CALL ||
	    (call == ANY_CALL && w->fp - w->sp < WALK_SEGMENT && walk_read(w, w->fp + 8, &outer) &&
	     caller_at(w, outer & w->arch->address_mask) == DIRECT_CALL))
		return walk_by_fp(w);
	return walk_move(w, pc, w->sp + (has_lr ? 0 : 8), w->fp, false);
}

/*
 * Leaves CPython's trampoline, which pushes only a word to align the stack, and at its first and
 * last instruction not even that. (Later versions make a frame.)
 */
static bool leave_trampoline(struct walk *w)
{
	uint64_t pc;

	if (w->call && w->fp == w->sp)
		return walk_by_fp(w);
	if (!w->call && walk_read(w, w->sp, &pc) && caller_at(w, pc) != NO_CALL)
		return walk_move(w, pc, w->sp + 8, w->fp, false);
	if (!walk_read(w, w->sp + 8, &pc))
		return walk_stop(w, UNWIND_TRUNCATED);
	return walk_move(w, pc, w->sp + 16, w->fp, false);
}

/*
 * Restores the interrupted registers, which are above the stack pointer: x86-64 has a ucontext
 * there, aarch64 a siginfo of 128 bytes, then the ucontext, with its registers at 184.
 */
static bool leave_signal(struct walk *w)
{
	static const uint16_t x86_64[] = { 40 + 8 * 16, 40 + 8 * 15, 40 + 8 * 10 };
	static const uint16_t aarch64[] = { 312 + 8 * 32, 312 + 8 * 31, 312 + 8 * 29,
					    312 + 8 * 30 };
	bool x86 = w->arch->machine == ELF_MACHINE_X86_64;
	const uint16_t *at = x86 ? x86_64 : aarch64;
	uint64_t pc, sp, fp, lr = 0;

	if (!walk_read(w, w->sp + at[0], &pc) || !walk_read(w, w->sp + at[1], &sp) ||
	    !walk_read(w, w->sp + at[2], &fp) || (!x86 && !walk_read(w, w->sp + at[3], &lr)))
		return walk_stop(w, UNWIND_TRUNCATED);
	w->was_signal = true;
	if (!walk_move(w, pc, sp, fp, true))
		return false;
	w->lr = lr;
	w->knows_lr = !x86;
	return true;
}

/*
 * Is it the address of a function's first instruction, which makecontext(3) and the like put in
 * place of a return address? No function contains the address before it.
 */
static bool is_entry_address(struct walk *w, const struct region *r)
{
	return w->call && r->module && module_has_rules(r->module) && w->pc < r->end &&
	       walk_rule(w, r, w->pc).cfa != CFA_NONE;
}

/* Steps by the frame pointer, or by the top of the stack. */
static bool leave_frame(struct walk *w, const struct region *r)
{
	bool leaf = !w->call && r->module && module_has_rules(r->module);

	return leaf ? leave_leaf(w) : walk_by_fp(w);
}

/*
 * Steps without tables. If the frame pointer is not this function's, it may be that of an outer
 * frame. Then this function has no frame, and its return address is lower on the stack.
 */
static bool walk_without_tables(struct walk *w, const struct region *r)
{
	struct walk by_frame = *w;
	bool moved = leave_frame(&by_frame, r), is_call = false, is_known;
	uint64_t function = 0, end = UINT64_MAX;

	if (moved) {
		is_known = walk_called_function(w, by_frame.pc, &function, &is_call);
		if (is_known && r->module && walk_is_function(w, r, function))
			end = 0;
		else if (is_call)
			end = by_frame.sp - 8;
	}
	if (end && (walk_by_scan(w, r, end) || (!is_call && walk_by_prologue(w, r))))
		return true;
	if (!is_call && (moved || by_frame.end != UNWIND_COMPLETE) && walk_by_any_call(w))
		return true;
	*w = by_frame;
	return moved;
}

/* Does generated code run in another function's frame? Then finds the rule for that. */
static bool has_frame_of(struct walk *w, struct rule *rule, const struct region **like)
{
	const struct address_space *space = w->space;
	uint64_t address = w->pc - w->call, at;

	*like = space->runs_like ? space->runs_like(space->context, address, &at) : NULL;
	if (!*like)
		return false;
	*rule = walk_rule(w, *like, at);
	return rule->cfa == CFA_SP || rule->cfa == CFA_FP;
}

bool walk_by_guess(struct walk *w, const struct region *r)
{
	const struct region *like;
	struct rule rule;
	const struct address_space *space = w->space;

	if (walk_is_sigreturn(w, r, w->pc))
		return leave_signal(w);
	if (is_entry_address(w, r) || (w->call && walk_ends_there(w, r, w->pc)))
		return walk_stop(w, UNWIND_COMPLETE);
	if (!r->module && space->is_trampoline && space->is_trampoline(space->context, w->pc))
		return leave_trampoline(w);
	if (!r->module && has_frame_of(w, &rule, &like))
		return walk_by_rule(w, &rule, like);
	if (!r->module && w->arch->machine == ELF_MACHINE_X86_64)
		return walk_by_generated(w, r);
	return walk_without_tables(w, r);
}
