/*
 * The steps of a walk up one stack, each from a frame to its caller: by the rule of the unwind
 * tables, or without one.
 */
#ifndef UNWIND_WALK_H
#define UNWIND_WALK_H

#include "unwind/unwind.h"

struct walk {
	struct unwinder *u;
	const struct address_space *space;
	const struct user_state *state;
	const struct arch *arch;     /* of the thread */
	const struct region *region; /* found last */
	uint64_t pc, sp, fp, lr;
	uint64_t sp0;      /* start of the copied stack */
	bool leaf;         /* at the innermost frame, where all registers are known */
	bool knows_lr;     /* lr is known: at the leaf, and where a signal interrupted */
	bool call;         /* pc is a return address, which follows the call */
	bool was_signal;   /* the frame before was the trampoline of a signal handler */
	bool may_read;     /* memory beyond the copy may be read */
	bool used_memory;  /* memory beyond the copy was read */
	bool wild;         /* the address that could not be read is not on the stack */
	uint64_t sender;   /* the caller's stack pointer, as the frame left last has kept it */
	uint64_t switched; /* the function that switched from another stack to this one */
	size_t ncopied;    /* frames found in the copy alone */
	bool is_trial;     /* a test where the walk leads, or the walk on a way that was tested */
	bool recovered;    /* recover_register() has walked this stack again */
	enum unwind_end end;
};

enum { WALK_SEGMENT = 64 << 10 }; /* stack pointers further apart are on other stacks */

/* Begins a walk at the innermost frame. */
struct walk walk_begin(struct unwinder *u, const struct address_space *space,
		       const struct user_state *state);

/* The region at an address, or NULL. A caller is usually in its callee's region. */
static inline const struct region *walk_region(struct walk *w, uint64_t address)
{
	if (!w->region || address < w->region->start || address >= w->region->end)
		w->region = w->space->find(w->space->context, address);
	return w->region;
}

/* Reads a word of the copied stack, or else of the process's memory. */
bool walk_read_memory(struct walk *w, uint64_t address, uint64_t *word);
static inline bool walk_read(struct walk *w, uint64_t address, uint64_t *word)
{
	uint64_t at = address - w->sp0;

	if (at >= w->state->nstack || w->state->nstack - at < w->arch->word)
		return walk_read_memory(w, address, word);
	if (w->arch->word == sizeof(*word)) {
		memcpy(word, w->state->stack + at, sizeof(*word));
	} else {
		uint32_t half;

		memcpy(&half, w->state->stack + at, sizeof(half));
		*word = half;
	}
	return true;
}

/* Sets w->end. Returns false, as steps do at the end of a stack. */
static inline bool walk_stop(struct walk *w, enum unwind_end why)
{
	w->end = why;
	return false;
}

/* Moves to the caller; `signal`: that was interrupted by a signal, and did not call. */
bool walk_move(struct walk *w, uint64_t pc, uint64_t cfa, uint64_t fp, bool signal);

/* The rule at an address of a region whose module has rules. */
struct rule walk_rule(struct walk *w, const struct region *r, uint64_t address);

/* Steps from the frame at `address`, which is in region r, to its caller, in a way below. */
bool walk_step(struct walk *w, const struct region *r, uint64_t address);

/* Step by a rule; by the frame pointer; by the look of the code at w->pc, also in 32-bit code. */
bool walk_by_rule(struct walk *w, const struct rule *rule, const struct region *r);
bool walk_by_fp(struct walk *w);
bool walk_by_guess(struct walk *w, const struct region *r);
bool walk_by_guess32(struct walk *w, const struct region *r);

/* Steps from generated code, by what its instructions say about its frame. x86-64 only. */
bool walk_by_generated(struct walk *w, const struct region *r);

/*
 * The first steps by a word of the stack below `end` that follows a call of this function, which
 * is in region r; the second by the word above the frame that the function's first instructions
 * set up, if that follows any call; the third by one of the next few words, if that does. A word
 * counts only if a walk leads from it to the end of the stack; otherwise *w does not change.
 */
bool walk_by_scan(struct walk *w, const struct region *r, uint64_t end);
bool walk_by_prologue(struct walk *w, const struct region *r);
bool walk_by_any_call(struct walk *w);

/* Is an address in the code at the entry point of region r's image? It has no caller. */
bool walk_is_entry(const struct region *r, uint64_t address);

/* Is the frame pointer zero because code has ended the stack there? */
bool walk_is_outermost(struct walk *w);

/*
 * May an address of region r be a return address: does it follow a call, or do signal handlers
 * return to it? True if the code cannot be seen.
 */
bool walk_may_return_to(const struct walk *w, const struct region *r, uint64_t address);

#endif
