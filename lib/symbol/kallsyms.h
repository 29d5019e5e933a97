/*
 * The kernel's own list of its functions, those of modules and of BPF programs:
 * /proc/kallsyms, lines of address, type, name and "[module]".
 */
#ifndef SYMBOL_KALLSYMS_H
#define SYMBOL_KALLSYMS_H

#include "base/buf.h"
#include "object/spans.h"

struct kallsyms {
	struct buf names;   /* NUL-terminated; a module stands behind its function */
	struct spans spans; /* the id says where in names */
	bool hidden;        /* all addresses are 0: they are shown to the privileged only */
};

/* Read the list. What cannot be understood in it is passed over. */
void kallsyms_read(struct kallsyms *k, int fd);
void kallsyms_release(struct kallsyms *k);

/* The function at an address, and the module that it is in ("[ext4]", or empty). */
bool kallsyms_find(const struct kallsyms *k, uint64_t address, struct str *name,
		   struct str *module);

#endif
