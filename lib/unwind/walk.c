#include "unwind/walk.h"

struct walk walk_begin(struct unwinder *u, const struct address_space *space,
		       const struct user_state *state)
{
	const struct arch *a = state->is_32bit ? &arch_i386 : u->arch;

	return (struct walk){
		.u = u,
		.space = space,
		.state = state,
		.arch = a,
		.pc = state->regs[a->pc],
		.sp = state->regs[a->sp],
		.fp = state->regs[a->fp],
		.lr = a->lr == DWARF_NONE ? 0 : state->regs[a->lr],
		.sp0 = state->regs[a->sp],
		.leaf = true,
		.knows_lr = a->lr != DWARF_NONE && !(state->missing >> a->lr & 1),
	};
}

bool walk_read_memory(struct walk *w, uint64_t address, uint64_t *word)
{
	enum { LARGEST_STACK = 8 << 20 }; /* the default of ulimit -s */

	w->wild = address - w->sp > LARGEST_STACK;
	/* Memory just below the stack pointer does not outlive the sample. */
	if (!w->may_read || w->sp0 - address <= WALK_SEGMENT ||
	    !memory_word(&w->u->memory, address, word))
		return false;
	if (w->arch->word < sizeof(*word))
		*word &= UINT32_MAX;
	w->used_memory = true;
	return true;
}

bool walk_move(struct walk *w, uint64_t pc, uint64_t cfa, uint64_t fp, bool signal)
{
	pc &= w->arch->address_mask;
	/* A zero from released memory is not the end of a stack. */
	if (!pc)
		return walk_stop(w, w->used_memory ? UNWIND_TRUNCATED : UNWIND_COMPLETE);
	/*
	 * Callers are above their callees, except for a leaf on aarch64, which may have no frame,
	 * and for callers on another stack: of a signal handler, a fibre, a segment.
	 */
	if (!signal && w->sp - cfa <= WALK_SEGMENT && !(w->leaf && cfa == w->sp))
		return walk_stop(w, UNWIND_BAD);
	w->pc = pc;
	w->sp = cfa;
	w->fp = fp;
	w->leaf = w->knows_lr = false;
	w->call = !signal;
	return true;
}
