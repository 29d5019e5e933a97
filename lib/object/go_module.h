/* What the Go runtime knows of the image that it is in (runtime.firstmoduledata). */
#ifndef OBJECT_GO_MODULE_H
#define OBJECT_GO_MODULE_H

#include "object/elf.h"

struct go_module {
	uint64_t text;    /* where Go's code begins: runtime.text */
	uint64_t inlined; /* where the trees of inlined calls are: go:func.* */
};

/*
 * Find it by its first two words, which are the addresses of the pclntab and of the
 * function names in it. v120: the layout of Go 1.20 and later, not of 1.18.
 */
bool go_module_find(struct go_module *found, const struct elf *e, uint64_t table, uint64_t names,
		    bool v120);

#endif
