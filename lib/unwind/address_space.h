/*
 * The address space of the process whose stack is unwound: where its modules are and, while it
 * runs, the contents of its memory. The unwinder uses only these functions, so it works on a
 * running process as well as on a recorded one.
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
	 * Reads up to n bytes of the running process from an address on. Returns their number, 0
	 * if the process or that memory is gone. NULL: there is no process.
	 */
	size_t (*read)(void *context, uint64_t address, void *to, size_t n);
	/*
	 * Looks for more unwind tables of a region's module, which has no rule for an address.
	 * True if it has more now. NULL: no other tables are available.
	 */
	bool (*find_tables)(void *context, const struct region *r);
	/*
	 * Is a trampoline of CPython at an address in anonymous memory? It has no unwind data,
	 * and no frame pointer. NULL: there are no trampolines.
	 */
	bool (*is_trampoline)(void *context, uint64_t address);
	/*
	 * Generated code without unwind data may run in the frame of a function that jumps to it,
	 * such as an interpreter's evaluator. If so at that address, the function has the rule of
	 * the code at *like, an address in the region that is returned; if not, NULL. The member
	 * may be NULL: there is no such code.
	 */
	const struct region *(*runs_like)(void *context, uint64_t address, uint64_t *like);
	void *context;
};

#endif
