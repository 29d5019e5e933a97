#include "unwind/unwind.h"

#include "unwind/go_rule.h"
#include "unwind/walk_call.h"

const char *unwind_end_name(enum unwind_end end)
{
	static const char *const names[] = {
		[UNWIND_COMPLETE] = "complete",   [UNWIND_TRUNCATED] = "not_copied",
		[UNWIND_LOST] = "not_mapped",     [UNWIND_BAD] = "bad_frame",
		[UNWIND_NO_TABLES] = "no_tables", [UNWIND_RED_ZONE] = "red_zone",
		[UNWIND_DEEP] = "too_deep",
	};

	return names[end];
}

void unwinder_init(struct unwinder *u, const struct arch *arch)
{
	*u = (struct unwinder){ .arch = arch };
	u->cache = mem_zeroed((size_t)1 << UNWIND_CACHE_BITS, sizeof(*u->cache));
}

void unwinder_release(struct unwinder *u)
{
	mem_free(u->cache, ((size_t)1 << UNWIND_CACHE_BITS) * sizeof(*u->cache));
	memos_release(&u->memos);
	generated_release(&u->generated);
}

bool walk_step(struct walk *w, const struct region *r, uint64_t address)
{
	struct rule rule = { .cfa = CFA_NONE };
	bool is_32bit = w->arch == &arch_i386;

	if (w->u->fp_only)
		return is_32bit ? walk_by_guess32(w, r) : walk_by_fp(w);
	if (r->module && r->module->arch == w->arch && module_has_rules(r->module))
		rule = walk_rule(w, r, address);
	if (rule.cfa == CFA_NONE)
		return is_32bit ? walk_by_guess32(w, r) : walk_by_guess(w, r);
	return walk_by_rule(w, &rule, r);
}

/*
 * Is a frame of the outermost function, by the tables? It was not called: its return address is
 * artificial, such as that of Go's goexit.
 */
static bool is_outermost(const struct region *r, uint64_t address)
{
	return r->module && module_rule(r->module, address - r->bias).cfa == CFA_END;
}

/* Is a frame that was read from the running process plausible? */
static bool is_believable(const struct walk *w, const struct region *r)
{
	return !w->used_memory || !w->call || walk_may_return_to(w, r, w->pc) ||
	       is_outermost(r, w->pc - 1);
}

/*
 * A hash of the last words of a frame, which lead to its caller: saved registers, and the return
 * address. 0 if the copy does not have them.
 */
static uint64_t hash_words(const struct walk *w, uint64_t sp, uint64_t caller_sp)
{
	enum { MOST = 256 };
	uint64_t n = caller_sp - sp, end = caller_sp - w->sp0, hash = 1, word;

	if (caller_sp <= sp || sp < w->sp0 || end > w->state->nstack)
		return 0;
	for (uint64_t at = end - (n < MOST ? n : MOST); at + sizeof(word) <= end; at += 8) {
		memcpy(&word, w->state->stack + at, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 32;
	}
	return hash ? hash : 1;
}

/* Sets the words of n frames of the trail, beginning at `from`. */
static void note_words(const struct walk *w, size_t from, size_t n)
{
	struct memo_frame *f = w->u->trail + from;

	for (size_t i = 0; i < n; i++)
		f[i].words = i + 1 < n ? hash_words(w, f[i].sp, f[i + 1].sp) : 0;
}

/*
 * Leaves an address without code, to which a call led: the kernel handles the fault, or emulates a
 * function there (x86-64's vsyscall page). Only the return address is pushed.
 */
static bool leave_nowhere(struct walk *w)
{
	const struct region *r;
	uint64_t pc;

	if (!w->leaf || w->arch->machine != ELF_MACHINE_X86_64 || !walk_read(w, w->sp, &pc))
		return false;
	r = walk_region(w, pc - 1);
	return r && walk_may_return_to(w, r, pc) && walk_move(w, pc, w->sp + 8, w->fp, false);
}

/* Walks to the end of the stack, for at most `most` frames. */
static size_t walk_stack(struct walk *w, struct user_frame *out, size_t most)
{
	size_t n = 0;

	w->end = UNWIND_DEEP;
	while (n < most) {
		uint64_t pc = w->pc, address = pc - w->call;
		const struct region *r = walk_region(w, address);
		bool go_on;

		w->was_signal = false;
		if (!r && leave_nowhere(w)) {
			w->u->trail[n] = (struct memo_frame){ .address = pc, .sp = w->sp - 8 };
			out[n++] = (struct user_frame){ NULL, pc };
			continue;
		}
		if (!r || !is_believable(w, r)) {
			w->end = w->used_memory ? UNWIND_TRUNCATED : UNWIND_LOST;
			break;
		}
		if (!w->used_memory)
			w->ncopied = n + 1;
		w->u->trail[n] = (struct memo_frame){ .address = address, .sp = w->sp };
		out[n++] = (struct user_frame){ r, address };
		go_on = walk_step(w, r, address);
		/* The kernel calls the handler so that it returns to the trampoline's beginning. */
		if (w->was_signal)
			out[n - 1].address = pc;
		if (!go_on)
			break;
	}
	return n;
}

/* Completes a stack of n frames that was cut off, from memos. Returns its new size. */
static size_t remember_callers(struct walk *w, struct user_frame *out, size_t n)
{
	struct unwinder *u = w->u;
	size_t more;
	const struct memo_frame *f;

	if (n < 2)
		return n;
	note_words(w, n - 2, 2);
	f = memo_find(&u->memos, w->state->pid, w->state->tid, u->trail, n, &more);

	if (!f || n + more > UNWIND_MOST)
		return n;
	for (size_t i = 0; i < more; i++) {
		out[n + i] = (struct user_frame){ walk_region(w, f[i].address), f[i].address };
		u->trail[n + i] = f[i];
		if (!out[n + i].region)
			return n;
	}
	w->end = UNWIND_COMPLETE;
	u->remembered++;
	return n + more;
}

/*
 * Is the last call in the copy still active? Then the word below the CFA, x86's return address,
 * is the same in the process, and its callers are above it.
 */
static bool is_still_there(struct walk *w, size_t n)
{
	size_t word = w->arch->word;
	uint64_t at = n < 2 ? 0 : w->u->trail[n - 1].sp - word, was, is;

	if (at - w->sp0 >= w->state->nstack || w->state->nstack - (at - w->sp0) < word)
		return true; /* on another stack, which is not in the copy */
	memcpy(&was, w->state->stack + (at - w->sp0), word);
	return memory_word(&w->u->memory, at, &is) && !memcmp(&is, &was, word);
}

/*
 * Completes a stack of *n frames that was cut off, by reading the rest from the process. Returns
 * whether that gives a complete stack, of *n frames; if not, the process has gone on.
 */
static bool walk_memory(struct walk *w, struct user_frame *out, size_t *n)
{
	struct unwinder *u = w->u;
	struct walk v = walk_begin(u, w->space, w->state);
	size_t whole;

	memory_init(&u->memory, w->space);
	if (!is_still_there(w, *n))
		return false;
	v.may_read = true;
	whole = walk_stack(&v, out, UNWIND_MOST);
	if (v.end != UNWIND_COMPLETE)
		return false;
	memo_compare(&u->memos, w->state->pid, w->state->tid, u->trail, v.ncopied, whole);
	*w = v;
	*n = whole;
	u->completed++;
	return true;
}

/*
 * Adds the callers of the function that switched stacks: the part of a chain from a call of that
 * function on. Returns the new number of frames.
 */
static size_t follow_chain(struct walk *w, const uint64_t *chain, size_t nchain,
			   struct user_frame *out, size_t n)
{
	size_t i = 0, whole = n;
	uint64_t target;
	bool any;

	while (i < nchain &&
	       !(walk_called_function(w, chain[i], &target, &any) && target == w->switched))
		i++;
	for (; i < nchain && whole < UNWIND_MOST; i++) {
		uint64_t address = chain[i] - 1;
		const struct region *r = walk_region(w, address);

		if (r && is_outermost(r, address))
			w->end = UNWIND_COMPLETE;
		else if (!r || !walk_may_return_to(w, r, chain[i]))
			break;
		out[whole++] = (struct user_frame){ r, address };
		if (w->end == UNWIND_COMPLETE ||
		    (r->module && r->module->is_go &&
		     go_is_callback(&r->module->go, address - r->bias)))
			break;
	}
	return whole;
}

/* Copies the words at a switch: its return address, and the words above it. */
static bool switch_words(const struct walk *w, uint64_t at, uint64_t *word)
{
	uint64_t offset = at - w->sp0, size = SWITCH_WORDS * sizeof(*word);

	if (offset >= w->state->nstack || w->state->nstack - offset < size)
		return false;
	memcpy(word, w->state->stack + offset, size);
	return true;
}

/* Does the process still have the same words? Then it is in that call, or in an equal one. */
static bool is_still_switched(struct walk *w, uint64_t at, const uint64_t *word)
{
	uint64_t is;

	for (size_t i = 0; i < SWITCH_WORDS; i++)
		if (!memory_word(&w->u->memory, at + i * sizeof(is), &is) || is != word[i])
			return false;
	return true;
}

/*
 * Reads the chain of frame pointers from the process, beginning with that of the last frame: the
 * return addresses, and where the frames are that they return from.
 */
static size_t read_chain(struct walk *w, uint64_t *chain, uint64_t *frame, size_t most)
{
	struct memory *m = &w->u->memory;
	uint64_t fp = w->fp, next;
	size_t n = 0;

	while (n < most && memory_word(m, fp + 8, &chain[n]) && memory_word(m, fp, &next)) {
		frame[n++] = fp;
		if (next <= fp)
			break;
		fp = next;
	}
	return n;
}

/*
 * Goes on where a chain ended because C called Go: above `frame`, which returns to cgocallback, are
 * the goroutine's callers, on its stack. Returns the new number of frames.
 */
static size_t walk_above_callback(struct walk *w, uint64_t pc, uint64_t frame,
				  struct user_frame *out, size_t n)
{
	struct walk v = *w;
	const struct region *r = walk_region(&v, pc - 1);
	size_t more;

	v.pc = pc;
	v.sp = frame + 16;
	v.call = v.may_read = true;
	v.leaf = v.knows_lr = false;
	if (!r || !walk_step(&v, r, pc - 1))
		return n;
	v.used_memory = false; /* the first address is not one that a call has left */
	more = walk_stack(&v, out + n, UNWIND_MOST - n);
	if (v.end != UNWIND_COMPLETE)
		return n;
	w->end = UNWIND_COMPLETE;
	return n + more;
}

/* As follow_chain(), for one that was read from the process; goes on at a call from C. */
static size_t follow_read(struct walk *w, const uint64_t *chain, const uint64_t *frame,
			  size_t nchain, struct user_frame *out, size_t n)
{
	size_t whole = follow_chain(w, chain, nchain, out, n);

	for (size_t i = 0; i < nchain && whole > n && w->end != UNWIND_COMPLETE; i++)
		if (chain[i] - 1 == out[whole - 1].address)
			return walk_above_callback(w, chain[i], frame[i], out, whole);
	return whole;
}

/*
 * Finds the callers of a goroutine that switched to the thread's stack. The kernel's chain at the
 * sample has the callers of the switching function, since Go functions have frame pointers. If the
 * code after the switch is C, which may have none, the unwind tables give the frame pointer of
 * that function, and its chain is read from the process, if that is still in the call: asmcgocall
 * keeps its goroutine, and the depth of that, on this stack.
 */
static size_t walk_chain(struct walk *w, struct user_frame *out, size_t n)
{
	const struct user_state *s = w->state;
	struct unwinder *u = w->u;
	size_t whole = follow_chain(w, s->chain, s->nchain, out, n), got = 0, again;
	uint64_t at = u->trail[n - 1].sp - 8, word[SWITCH_WORDS];
	uint64_t chain[SWITCH_CHAIN], frame[SWITCH_CHAIN];
	const struct switch_memo *known;

	if (w->end == UNWIND_COMPLETE || !u->use_memory || !switch_words(w, at, word))
		return whole;
	memory_init(&u->memory, w->space);
	if (is_still_switched(w, at, word))
		got = read_chain(w, chain, frame, SWITCH_CHAIN);
	again = follow_read(w, chain, frame, got, out, n);
	if (w->end == UNWIND_COMPLETE) {
		switch_memo_keep(&u->switches, s->pid, s->tid, word, chain, got);
		u->completed++;
		return again;
	}
	known = u->use_memo ? switch_memo_find(&u->switches, s->pid, s->tid, word) : NULL;
	if (known)
		again = follow_chain(w, known->chain, known->n, out, n);
	u->remembered += w->end == UNWIND_COMPLETE;
	return w->end == UNWIND_COMPLETE ? again : follow_chain(w, s->chain, s->nchain, out, n);
}

/* Adds the callers of a stack of n frames that was cut off. Returns its new size. */
static size_t walk_beyond(struct walk *w, struct user_frame *out, size_t n)
{
	if (w->u->use_memory) {
		if (walk_memory(w, out, &n))
			return n;
		/* Restore the frames of the copy, in place of those of the failed attempt. */
		*w = walk_begin(w->u, w->space, w->state);
		n = walk_stack(w, out, UNWIND_MOST);
	}
	return w->u->use_memo ? remember_callers(w, out, n) : n;
}

size_t unwind(struct unwinder *u, const struct address_space *space, const struct user_state *state,
	      struct user_frame *out, enum unwind_end *end)
{
	struct walk w = walk_begin(u, space, state);
	size_t n;
	bool wild;

	u->generated.now++;
	n = walk_stack(&w, out, UNWIND_MOST);
	wild = w.wild;
	if (w.switched)
		n = walk_chain(&w, out, n);
	else if (w.end == UNWIND_TRUNCATED)
		n = walk_beyond(&w, out, n);
	if (wild && w.end == UNWIND_TRUNCATED)
		w.end = UNWIND_BAD; /* no larger copy of the stack would help */
	if (u->use_memo && w.end == UNWIND_COMPLETE && !w.switched) {
		note_words(&w, 0, n);
		memo_keep(&u->memos, state->pid, state->tid, u->trail, n);
	}
	u->ends[w.end]++;
	*end = w.end;
	return n;
}
