/* The Go runtime's data about its own image (runtime.firstmoduledata). */
#ifndef OBJECT_GO_MODULE_H
#define OBJECT_GO_MODULE_H

#include "object/elf.h"

struct go_module {
	uint64_t text;    /* the address of Go's code: runtime.text */
	uint64_t inlined; /* the address of the trees of inlined calls: go:func.* */
};

/*
 * Find the module data by its first two words: the addresses of the pclntab and of the
 * function names in it. v120: the layout of Go 1.20 and later, instead of that of 1.18.
 */
bool go_module_find(struct go_module *found, const struct elf *e, uint64_t table, uint64_t names,
		    bool v120);

#endif
