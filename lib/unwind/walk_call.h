/*
 * Calls, as the code shows them: what was called from before a return address, and where
 * functions begin.
 */
#ifndef UNWIND_WALK_CALL_H
#define UNWIND_WALK_CALL_H

#include "unwind/walk.h"

enum call {
	NO_CALL,
	DIRECT_CALL,
	SLOT_CALL, /* to the address in a word at a fixed address */
	ANY_CALL,  /* to an address in a register or in memory; or the code cannot be seen */
};

/*
 * The call that ends at an address in region r. *target is where a direct one goes, or the
 * address of the word.
 */
enum call walk_call_before(const struct walk *w, const struct region *r, uint64_t address,
			   uint64_t *target);

/*
 * The function that the call before an address leads to, through a stub of the PLT, too. False
 * when it is none, or cannot be known; *any then: it is a call.
 */
bool walk_called_function(struct walk *w, uint64_t address, uint64_t *target, bool *any);

/*
 * Does a function begin at an address that holds the code at w->pc? By the symbols of region r,
 * or, where they do not say, if no other is known to begin between the two.
 */
bool walk_is_function(struct walk *w, const struct region *r, uint64_t address);

/*
 * Does the function that begins at an address jump to the one that holds the code at w->pc, in
 * region r, as its last call? DIRECT_CALL: it does. ANY_CALL: it jumps to an address in a
 * register or in memory, which may be that one. x86-64 only.
 */
enum call walk_jumps_here(struct walk *w, const struct region *r, uint64_t address);

/* How many bytes of its function, or of code that may be its function's, come before w->pc. */
uint64_t walk_into_function(struct walk *w, const struct region *r);

#endif
