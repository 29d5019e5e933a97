/*
 * Steps in 32-bit code without unwind data, by frame pointers. EBP may be that of an outer frame,
 * or hold anything. So a step needs a proof that the function has set it up: the call before the
 * return address leads to the function, or the function begins with the instructions for it.
 */
#include "unwind/walk_call.h"

enum {
	PROLOGUE = 32, /* the bytes of a function in which it sets up its frame */
	WORD = 4,
};

static struct str code_at(const struct region *r, uint64_t address)
{
	return r->module ? elf_at(&r->module->elf, address - r->bias) : S("");
}

/* push %ebp; mov %esp, %ebp, in either of its encodings */
static bool sets_up_frame(struct str code)
{
	return str_starts(code, S("\x55\x89\xe5")) || str_starts(code, S("\x55\x8b\xec"));
}

/*
 * Does the function that contains w->pc set up its frame before that address? *is_copy: it has
 * aligned the stack first, and has pushed a copy of its return address, by "push -4(%ecx)".
 */
static bool has_frame(struct walk *w, const struct region *r, bool *is_copy)
{
	uint64_t into = walk_into_function(w, r);
	struct str start = code_at(r, w->pc - w->call - into), code = start;

	code.n = min_size(code.n, into < PROLOGUE ? (size_t)into : PROLOGUE);
	while (code.n && !sets_up_frame(code))
		code = str_skip(code, 1);
	*is_copy = code.p - start.p >= WORD && str_starts(str(code.p - 3, 3), S("\xff\x71\xfc"));
	return code.n > 0;
}

/* The end of a frame with a copy of its return address: the original is above up to three words. */
static uint64_t end_of_aligned(struct walk *w, uint64_t pc)
{
	uint64_t word, at = w->fp + 2 * WORD;

	for (size_t i = 0; i < 4; i++, at += WORD)
		if (walk_read(w, at, &word) && word == pc)
			return at + WORD;
	return w->fp + 2 * WORD;
}

/* Does the call before a return address lead to the function that contains w->pc? */
static bool is_called_from(struct walk *w, const struct region *r, uint64_t pc)
{
	uint64_t target = 0;
	bool any;

	return walk_called_function(w, pc, &target, &any) && r->module &&
	       walk_is_function(w, r, target);
}

/* Moves to the return address in the word at `at`. */
static bool return_by(struct walk *w, uint64_t at, uint64_t fp)
{
	uint64_t pc;

	return walk_read(w, at, &pc) && walk_move(w, pc, at + WORD, fp, false);
}

/*
 * Leaves a leaf that has no frame, or not yet, or no more: the word at the top follows a call of
 * the leaf, or the next instruction is its return, or it has just pushed EBP.
 */
static bool leave_bare_leaf(struct walk *w, const struct region *r)
{
	struct str code = code_at(r, w->pc);
	uint64_t pc;

	if (w->call || !r->module || !walk_read(w, w->sp, &pc))
		return false;
	if (is_called_from(w, r, pc) || str_starts(code, S("\xc3")))
		return return_by(w, w->sp, w->fp);
	return sets_up_frame(code_at(r, w->pc - 1)) && return_by(w, w->sp + WORD, w->fp);
}

bool walk_by_guess32(struct walk *w, const struct region *r)
{
	uint64_t fp, pc;
	const struct region *to;
	bool is_copy = false, is_proven;

	if (leave_bare_leaf(w, r))
		return true;
	if (!w->fp)
		return walk_stop(w, walk_is_outermost(w) ? UNWIND_COMPLETE : UNWIND_NO_TABLES);
	if (w->fp < w->sp)
		return walk_stop(w, UNWIND_NO_TABLES);
	if (!walk_read(w, w->fp, &fp) || !walk_read(w, w->fp + WORD, &pc))
		return walk_stop(w, w->fp - w->sp0 < WALK_SEGMENT ? UNWIND_TRUNCATED :
								    UNWIND_NO_TABLES);
	to = walk_region(w, pc - 1);
	is_proven = !r->module || has_frame(w, r, &is_copy) || is_called_from(w, r, pc);
	if (!is_proven || !to || !walk_may_return_to(w, to, pc))
		return walk_stop(w, UNWIND_NO_TABLES);
	return walk_move(w, pc, is_copy ? end_of_aligned(w, pc) : w->fp + 2 * WORD, fp, false);
}
