/*
 * Finds calls in code: the function called before a return address, and where functions begin.
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
 * The call that ends at an address in region r. *target is the target of a direct call, or the
 * address of the word for SLOT_CALL.
 */
enum call walk_call_before(const struct walk *w, const struct region *r, uint64_t address,
			   uint64_t *target);

/*
 * Is it the code to which signal handlers return? x86-64: "mov $15, %rax; syscall"; aarch64:
 * "mov x8, #139; svc #0"; 32-bit: "mov $173, %eax; int $0x80", or "pop %eax" and $119.
 */
bool walk_is_sigreturn(const struct walk *w, const struct region *r, uint64_t address);

/*
 * Does the code at a return address end the thread or the process, by exit(2) or "hlt"? Then the
 * function there has no caller. x86-64 only.
 */
bool walk_ends_there(const struct walk *w, const struct region *r, uint64_t address);

/*
 * The function that the call before an address leads to, also through a PLT stub. False if there
 * is no call, or its target is not known; *any is then whether there is a call.
 */
bool walk_called_function(struct walk *w, uint64_t address, uint64_t *target, bool *any);

/*
 * Does the function that contains w->pc begin at an address? By the symbols of region r or, if
 * they do not tell, if no other function is known to begin in between.
 */
bool walk_is_function(struct walk *w, const struct region *r, uint64_t address);

/*
 * Does the function that begins at an address make a tail call to the one that contains w->pc, in
 * region r? DIRECT_CALL: it does. ANY_CALL: it jumps to an address in a register or in memory,
 * which may be that function. x86-64 only.
 */
enum call walk_jumps_here(struct walk *w, const struct region *r, uint64_t address);

/*
 * The bytes of code before w->pc that are, or may be, part of its function. The second is whether
 * they are, since its start is known.
 */
uint64_t walk_into_function(struct walk *w, const struct region *r);
bool walk_knows_function(struct walk *w, const struct region *r);

#endif
