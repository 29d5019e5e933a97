/*
 * Leaves functions without unwind tables and without a frame pointer, usually assembly, by
 * scanning the stack for the return address. Words there may be return addresses of calls that
 * have returned. The right one follows a call of this function, or of one that jumps to it, and a
 * walk leads from it to the end of the stack.
 */
#include "unwind/prologue.h"
#include "unwind/walk_call.h"

enum {
	FARTHEST = 8 << 10,  /* from the stack pointer, in bytes */
	FUNCTION = 64 << 10, /* functions are rarely larger */
	NEAR = 64,           /* the most bytes that a function has pushed */
	MOST_TRIALS = 12,    /* walks for one frame */
	MOST_PUSHED = 6,     /* registers that a function may have saved */
	LEAST_CODE = 0x1000, /* no code is mapped at lower addresses */
	ALIGNMENT = 16,      /* of functions in assembly */
	MOST_STARTS = 64,    /* places where a function may begin, before an address in it */
};

/* A word of the stack that may be the return address. */
struct candidate {
	uint64_t at, pc;
	uint64_t function; /* the called function; 0 = not known */
};

static struct walk caller_of(const struct walk *w, const struct candidate *c, uint64_t fp)
{
	struct walk v = *w;

	walk_move(&v, c->pc, c->at + 8, fp, false);
	return v;
}

/* Does a walk lead from call to call to the end of the stack, or of its copy? */
static bool leads_to_end(struct walk v)
{
	v.is_trial = true;
	for (size_t n = 0; n < UNWIND_MOST; n++) {
		uint64_t address = v.pc - v.call;
		const struct region *r = walk_region(&v, address);

		if (!r || (v.call && !walk_may_return_to(&v, r, v.pc)))
			return false;
		if (!walk_step(&v, r, address))
			return v.end == UNWIND_COMPLETE ||
			       (v.end == UNWIND_TRUNCATED && !v.wild && !v.may_read);
	}
	return false;
}

/*
 * Tries a candidate. The frame pointer is still the caller's, or was saved below the return
 * address. After a trial that led to the end the walk goes the same way, without further trials:
 * a deep stack would have one for each frame.
 */
static bool try_caller(struct walk *w, const struct candidate *c, int *trials)
{
	uint64_t fp = w->fp;

	if (w->is_trial) {
		*w = caller_of(w, c, fp);
		return true;
	}
	for (uint64_t n = 0; n <= MOST_PUSHED && *trials > 0; n++) {
		struct walk v;

		if (n && (c->at - 8 * n < w->sp || !walk_read(w, c->at - 8 * n, &fp)))
			break;
		--*trials;
		v = caller_of(w, c, fp);
		if (leads_to_end(v)) {
			*w = v;
			w->is_trial = true;
			return true;
		}
	}
	return false;
}

/* Finds the next word from c->at on that follows a call. */
static bool next_candidate(struct walk *w, uint64_t end, struct candidate *c, bool *known)
{
	bool any;

	for (; c->at < end && walk_read(w, c->at, &c->pc); c->at += 8) {
		if (c->pc < LEAST_CODE || c->pc >> 47)
			continue;
		*known = walk_called_function(w, c->pc, &c->function, &any);
		if (any)
			return true;
	}
	return false;
}

/*
 * Considers a call of a function that may jump to this one. If the target of its jump is not
 * known, the function must be shortly before this one; of several, the nearest counts.
 */
static void consider_jump(struct walk *w, const struct region *r, const struct candidate *c,
			  struct candidate *jumped, bool *is_direct)
{
	bool is_near = c->function <= w->pc && w->pc - c->function <= FUNCTION;
	enum call jump = *is_direct ? NO_CALL : walk_jumps_here(w, r, c->function);

	if (jump == DIRECT_CALL ||
	    (jump == ANY_CALL && is_near && c->function > jumped->function)) {
		*jumped = *c;
		*is_direct = jump == DIRECT_CALL;
	}
}

/*
 * Does the frame of the function at c->function, which may be this one, end at c->at? A call that
 * has returned may be of any function before this one. By its first instructions: DIRECT_CALL if
 * it does, ANY_CALL if it may.
 */
static enum call agrees_with_prologue(struct walk *w, const struct region *r,
				      const struct candidate *c)
{
	uint64_t size = c->at - w->sp;
	struct str code = elf_at(&r->module->elf, c->function - r->bias);
	struct prologue p;

	code.n = min_size(code.n, (size_t)(w->pc - w->call - c->function));
	if (!prologue_read(code, &p))
		return ANY_CALL;
	if (size == p.size && size)
		return DIRECT_CALL;
	return p.reserves || size < p.size ? NO_CALL : ANY_CALL;
}

/* Finds the nearest call of this function, and that of another function that jumps to it. */
static void nearest_calls(struct walk *w, const struct region *r, uint64_t end,
			  struct candidate *this, struct candidate *jumped)
{
	struct candidate c = { .at = w->sp };
	bool known, is_direct = false, is_known = walk_knows_function(w, r);
	enum call agrees;

	if (end - w->sp > FARTHEST)
		end = w->sp + FARTHEST;
	for (; next_candidate(w, end, &c, &known); c.at += 8) {
		if (!known)
			continue;
		if (c.function <= w->pc && w->pc - c.function <= FUNCTION &&
		    walk_is_function(w, r, c.function)) {
			agrees = is_known ? ANY_CALL : agrees_with_prologue(w, r, &c);
			if (agrees == DIRECT_CALL || (agrees && c.function > this->function))
				*this = c;
			if (agrees == DIRECT_CALL ||
			    c.function == w->pc - w->call - walk_into_function(w, r))
				return; /* the nearest call of what a symbol names */
		} else {
			consider_jump(w, r, &c, jumped, &is_direct);
		}
	}
}

bool walk_by_scan(struct walk *w, const struct region *r, uint64_t end)
{
	struct candidate this = { 0 }, jumped = { 0 };
	int trials = MOST_TRIALS;

	if (!r->module || w->arch->machine != ELF_MACHINE_X86_64)
		return false;
	nearest_calls(w, r, end, &this, &jumped);
	return (this.function && try_caller(w, &this, &trials)) ||
	       (jumped.function && try_caller(w, &jumped, &trials));
}

/*
 * May the function at `start`, in region r, return to c->pc: after a call of it, or of one that
 * jumps to it, or from a signal handler that ended in a jump?
 */
static bool may_return_to(struct walk *w, const struct region *r, uint64_t start,
			  struct candidate *c)
{
	bool any, known = walk_called_function(w, c->pc, &c->function, &any);
	const struct region *to;

	if (known)
		return c->function == start || walk_jumps_here(w, r, c->function);
	to = walk_region(w, c->pc);
	return any || (to && walk_is_sigreturn(w, to, c->pc));
}

/*
 * Tries the return address above the frame that the code from `start` to w->pc has set up.
 */
static bool try_prologue(struct walk *w, const struct region *r, uint64_t start)
{
	struct str code = elf_at(&r->module->elf, start - r->bias);
	struct candidate c = { 0 };
	struct prologue p;
	uint64_t fp = w->fp;

	code.n = min_size(code.n, (size_t)(w->pc - w->call - start));
	if (!prologue_read(code, &p) || !p.size || !walk_read(w, w->sp + p.size, &c.pc))
		return false;
	c.at = w->sp + p.size;
	if (!may_return_to(w, r, start, &c) || (p.fp_at && !walk_read(w, c.at - p.fp_at, &fp)))
		return false;
	if (!w->is_trial && !leads_to_end(caller_of(w, &c, fp)))
		return false;
	*w = caller_of(w, &c, fp);
	w->is_trial = true;
	return true;
}

/* May a function begin at an address? It is aligned, and follows the end of another, or padding. */
static bool may_begin(const struct region *r, uint64_t address)
{
	struct str before = elf_at(&r->module->elf, address - r->bias - 1);

	return before.n && memchr("\xc3\xcc\x90\x00", before.p[0], 4);
}

bool walk_by_prologue(struct walk *w, const struct region *r)
{
	uint64_t address = w->pc - w->call, start, at;

	if (!r->module || w->arch->machine != ELF_MACHINE_X86_64)
		return false;
	start = address - walk_into_function(w, r);
	if (walk_knows_function(w, r))
		return try_prologue(w, r, start);
	at = address & ~(uint64_t)(ALIGNMENT - 1);
	for (size_t i = 0; i < MOST_STARTS && at > start && at > r->start; i++, at -= ALIGNMENT)
		if (may_begin(r, at) && try_prologue(w, r, at))
			return true;
	return start > r->start && try_prologue(w, r, start);
}

/* Is it in code that has no callers: the program's entry, or where a thread begins? */
static bool is_outermost(struct walk *w, uint64_t pc)
{
	const struct region *r = walk_region(w, pc);

	return r && (walk_is_entry(r, pc) || walk_ends_there(w, r, pc));
}

/*
 * Tries only the first word that follows a call, since the call may be one of unknown code. In
 * musl, the program's entry leads to the caller of main() through two functions that make tail
 * calls, clone() calls the code of a thread through a register, and the frame pointer is a general
 * register.
 */
bool walk_by_any_call(struct walk *w)
{
	struct candidate c = { .at = w->sp };
	int trials = MOST_TRIALS;
	bool known;

	if (w->arch->machine != ELF_MACHINE_X86_64 || !next_candidate(w, w->sp + NEAR, &c, &known))
		return false;
	if (is_outermost(w, c.pc)) {
		*w = caller_of(w, &c, 0);
		return true;
	}
	return !known && try_caller(w, &c, &trials);
}
