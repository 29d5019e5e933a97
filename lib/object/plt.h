/* The stubs of the procedure linkage table (PLT) of x86-64 images, and their symbols. */
#ifndef OBJECT_PLT_H
#define OBJECT_PLT_H

#include "object/elf.h"

struct plt_stub {
	uint64_t vaddr;
	uint32_t size;
	uint32_t symbol; /* its number in .dynsym */
};

/* Append the stubs to a list of struct plt_stub. */
void plt_stubs(const struct elf *e, struct buf *list);

#endif
