/*
 * The memory of the process whose stack is unwound, as its owner describes it: which
 * module lies where, and, while the process runs, what its memory holds. Unwinding
 * asks through these functions alone, so it works on a running process as well as on
 * what was written down of one.
 */
#ifndef UNWIND_ADDRESS_SPACE_H
#define UNWIND_ADDRESS_SPACE_H

#include "unwind/module.h"

/* An executable mapping. */
struct region {
	uint64_t start, end;
	uint64_t bias;               /* address - bias is the module's virtual address */
	const struct module *module; /* NULL for memory without a file: JIT code */
};

struct address_space {
	/* The region at an address, or NULL; valid until the address space changes. */
	const struct region *(*find)(void *context, uint64_t address);
	/*
	 * Read up to n bytes of the running process, from an address on; returns how many
	 * were read, 0 when the process or that memory is gone. NULL: there is no process.
	 */
	size_t (*read)(void *context, uint64_t address, void *to, size_t n);
	/*
	 * A region's module has no rule for an address: look for more tables of it. True if
	 * it has more now. NULL: there is nowhere to look.
	 */
	bool (*find_tables)(void *context, const struct region *r);
	/*
	 * Is there a trampoline of CPython at an address in memory without a file? Those
	 * have no unwind data and keep no frame pointer. NULL: there is none.
	 */
	bool (*is_trampoline)(void *context, uint64_t address);
	void *context;
};

#endif
