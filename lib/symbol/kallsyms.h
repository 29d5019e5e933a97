/*
 * The kernel's own list of its functions, those of modules and of BPF programs:
 * /proc/kallsyms, lines of address, type, name and "[module]".
 */
#ifndef SYMBOL_KALLSYMS_H
#define SYMBOL_KALLSYMS_H

#include "base/buf.h"
#include "object/spans.h"

struct kallsyms {
	struct buf names;   /* NUL-terminated; the name of a module follows its function */
	struct spans spans; /* the id is an offset in names */
	bool hidden;        /* all addresses are 0, as for unprivileged users */
};

/* Read the list. Lines of another form are ignored. */
void kallsyms_read(struct kallsyms *k, int fd);
void kallsyms_release(struct kallsyms *k);

/*
 * The address of a symbol near the beginning of the running kernel's list, such as _text; 0 if it
 * is not there, or hidden.
 */
uint64_t kallsyms_address(struct str name);

/* The function at an address, and its module ("[ext4]", or empty). */
bool kallsyms_find(const struct kallsyms *k, uint64_t address, struct str *name,
		   struct str *module);

#endif
