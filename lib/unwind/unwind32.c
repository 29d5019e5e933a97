/*
 * Unwinds 32-bit programs on a 64-bit x86 kernel by frame pointers, as long as each return address
 * follows a call. The unwind tables of such programs are not read.
 */
#include "unwind/walk_call.h"

/* A word of the copied stack. */
static bool read_word(const struct walk *w, uint64_t address, uint64_t *word)
{
	uint64_t at = address - w->sp0;
	uint32_t value;

	if (at >= w->state->nstack || w->state->nstack - at < sizeof(value))
		return false;
	memcpy(&value, w->state->stack + at, sizeof(value));
	*word = value;
	return true;
}

/* Leaves a leaf without a frame: the word at the top follows a call of the leaf. */
static bool leave_bare_leaf(struct walk *w)
{
	const struct region *r;
	uint64_t pc, target = 0;

	if (w->call || !read_word(w, w->sp, &pc))
		return false;
	r = walk_region(w, pc - 1);
	if (!r || walk_call_before(w, r, pc, &target) != DIRECT_CALL ||
	    !walk_region(w, w->pc)->module || !walk_is_function(w, walk_region(w, w->pc), target))
		return false;
	w->pc = pc;
	w->sp += 4;
	w->call = true;
	return true;
}

/* Moves to the caller. A frame has the caller's frame pointer, then the return address. */
static bool next_frame(struct walk *w)
{
	uint64_t fp = w->fp, pc;
	const struct region *r;

	if (walk_region(w, w->pc - w->call) && leave_bare_leaf(w))
		return true;
	if (!fp)
		return walk_stop(w, walk_is_outermost(w) ? UNWIND_COMPLETE : UNWIND_NO_TABLES);
	if (fp < w->sp)
		return walk_stop(w, UNWIND_NO_TABLES);
	if (!read_word(w, fp, &w->fp) || !read_word(w, fp + 4, &pc))
		return walk_stop(w,
				 fp - w->sp0 < WALK_SEGMENT ? UNWIND_TRUNCATED : UNWIND_NO_TABLES);
	r = walk_region(w, pc - 1);
	if (!r || !walk_may_return_to(w, r, pc))
		return walk_stop(w, UNWIND_NO_TABLES);
	w->pc = pc;
	w->sp = fp + 8;
	w->call = true;
	return true;
}

size_t unwind32(struct unwinder *u, const struct address_space *space,
		const struct user_state *state, struct user_frame *out, enum unwind_end *end)
{
	struct walk w = walk_begin(u, space, state);
	size_t n = 0;

	w.end = UNWIND_DEEP;
	do {
		uint64_t address = w.pc - w.call;

		out[n++] = (struct user_frame){ walk_region(&w, address), address };
	} while (n < UNWIND_MOST && next_frame(&w));
	u->ends[w.end]++;
	*end = w.end;
	return n;
}
