/*
 * The steps of a walk up one stack, each from a frame to its caller: by the rule that
 * the unwind tables have for it, or without one.
 */
#ifndef UNWIND_WALK_H
#define UNWIND_WALK_H

#include "unwind/unwind.h"

struct walk {
	struct unwinder *u;
	const struct address_space *space;
	const struct user_state *state;
	const struct region *region; /* the one that was found last */
	uint64_t pc, sp, fp, lr;
	uint64_t sp0;      /* where the copied stack begins */
	bool leaf;         /* at the innermost frame, where all registers are known */
	bool knows_lr;     /* lr is known: there, and where a signal interrupted */
	bool call;         /* pc is a return address: the call lies before it */
	bool was_signal;   /* the frame before was the trampoline of a signal handler */
	bool may_read;     /* memory beyond the copy may be read, */
	bool used_memory;  /* and was */
	bool wild;         /* what could not be read was no address of the stack */
	uint64_t switched; /* the function that has switched from another stack to this one */
	size_t ncopied;    /* frames that were found in the copy alone */
	bool is_trial;     /* this walk is only made to see where it leads */
	bool recovered;    /* recover_register() has walked this stack once more */
	enum unwind_end end;
};

enum { WALK_SEGMENT = 64 << 10 }; /* stack pointers further apart are on other stacks */

/* At the innermost frame. */
struct walk walk_begin(struct unwinder *u, const struct address_space *space,
		       const struct user_state *state);

/* The region at an address, or NULL. Callers mostly are where their callees are. */
static inline const struct region *walk_region(struct walk *w, uint64_t address)
{
	if (!w->region || address < w->region->start || address >= w->region->end)
		w->region = w->space->find(w->space->context, address);
	return w->region;
}

/* A word of the copied stack, or else of the process's memory. */
bool walk_read_memory(struct walk *w, uint64_t address, uint64_t *word);
static inline bool walk_read(struct walk *w, uint64_t address, uint64_t *word)
{
	uint64_t at = address - w->sp0;

	if (at >= w->state->nstack || w->state->nstack - at < sizeof(*word))
		return walk_read_memory(w, address, word);
	memcpy(word, w->state->stack + at, sizeof(*word));
	return true;
}

/* Set w->end; returns false, as the steps do at the end of a stack. */
static inline bool walk_stop(struct walk *w, enum unwind_end why)
{
	w->end = why;
	return false;
}

/* Move to the caller; signal: it was interrupted by one, and did not call. */
bool walk_move(struct walk *w, uint64_t pc, uint64_t cfa, uint64_t fp, bool signal);

/* The rule at an address of a region whose module has rules. */
struct rule walk_rule(struct walk *w, const struct region *r, uint64_t address);

/*
 * From the frame at address, which is in region r, to its caller, in one of the ways below.
 */
bool walk_step(struct walk *w, const struct region *r, uint64_t address);

/* By that rule; by the frame pointer; by what the code at w->pc looks like. */
bool walk_by_rule(struct walk *w, const struct rule *rule, const struct region *r);
bool walk_by_fp(struct walk *w);
bool walk_by_guess(struct walk *w, const struct region *r);

/*
 * By a word of the stack below `end` that follows a call of this function, which is in region r; by one
 * of the next few words, if it follows any call. Only if a walk goes on to the end from there; otherwise w is as it was.
 */
bool walk_by_scan(struct walk *w, const struct region *r, uint64_t end);
bool walk_by_any_call(struct walk *w);

/* Is the frame pointer, which is zero, so because code has ended the stack there? */
bool walk_is_outermost(struct walk *w);

/* Is there a call right before an address of region r, as far as it can be seen? */
bool walk_follows_call(const struct walk *w, const struct region *r, uint64_t address);

#endif
