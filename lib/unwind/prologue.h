/*
 * The frame of a function, by its first instructions: what they have pushed and reserved. For
 * assembly without unwind tables, which mostly does so first. x86-64 only.
 */
#ifndef UNWIND_PROLOGUE_H
#define UNWIND_PROLOGUE_H

#include "base/str.h"

struct prologue {
	uint64_t size;  /* bytes between the stack pointer and the return address */
	uint64_t fp_at; /* of these, the saved RBP and those above it; 0: RBP is not saved */
	bool reserves; /* the stack pointer was lowered by more than pushes: nothing else follows */
};

/*
 * Reads the code of a function up to an address, `code` being what lies between. False if the
 * stack pointer is then not known: it was aligned, or copied to the frame pointer.
 */
bool prologue_read(struct str code, struct prologue *p);

#endif
