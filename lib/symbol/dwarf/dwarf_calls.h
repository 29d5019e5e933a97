/*
 * DWARF: finds the function of an address, and the inlined calls that lead to it. A unit's tree of
 * entries is walked once and flattened; a look-up is then a binary search and a walk up the calls.
 */
#ifndef SYMBOL_DWARF_CALLS_H
#define SYMBOL_DWARF_CALLS_H

#include "object/spans.h"
#include "symbol/dwarf/dwarf_file.h"

/* A function, or a call of it that was inlined into another function. */
struct dwarf_call {
	struct dwarf_place function; /* for dwarf_function_at() */
	uint32_t parent;             /* its number + 1; 0: not inlined */
	uint32_t file, line;         /* of the call */
	uint32_t zero;
};

struct dwarf_calls {
	struct buf call;    /* struct dwarf_call */
	struct spans spans; /* id: number of the call */
};

void dwarf_calls_read(struct dwarf_calls *c, const struct dwarf_unit *u);
void dwarf_calls_release(struct dwarf_calls *c);

/* The memory it takes, in bytes. */
size_t dwarf_calls_size(const struct dwarf_calls *c);

/* The innermost call at an address, and the call into which one is inlined; NULL = none. */
const struct dwarf_call *dwarf_calls_find(const struct dwarf_calls *c, uint64_t addr);
const struct dwarf_call *dwarf_calls_parent(const struct dwarf_calls *c,
					    const struct dwarf_call *call);

#endif
