/*
 * A module: an ELF image that processes have mapped, with its unwind tables: call frame
 * information, or Go's tables. A Go program that calls C has both.
 *
 * A function without a rule may have one in .debug_frame, of the image or of its debug file. That
 * section is opened when a rule is first missing.
 */
#ifndef UNWIND_MODULE_H
#define UNWIND_MODULE_H

#include "object/elf.h"
#include "object/gopclntab.h"
#include "unwind/cfi.h"

/* A module that is zero except for its id has no rules, and no code to examine. */
struct module {
	uint32_t id;   /* from 1, never reused: part of the key of the rule cache */
	uint64_t base; /* lowest virtual address: the rule cache's addresses are relative to it */
	const struct arch *arch; /* that of its code; NULL without rules */
	struct elf elf;
	struct cfi cfi;
	struct gopclntab go;
	bool is_go;
	bool may_have_more; /* .debug_frame was not searched yet */
	struct cfi debug_frame;
	struct elf debug_file;
};

/* Finds the unwind tables of m->elf, which is open. `arch`: that of the machine. */
void module_open(struct module *m, const struct arch *arch);
void module_close(struct module *m);

/*
 * Looks for .debug_frame in the image, then in debug_file (-1: none), if that belongs to the
 * image. The caller closes the descriptor. Returns whether there are more rules now.
 */
bool module_open_debug_frame(struct module *m, int debug_file);

/* Does the module have unwind tables? The second gives the rule at a virtual address. */
bool module_has_rules(const struct module *m);
struct rule module_rule(const struct module *m, uint64_t vaddr);

/* The call frame information for a virtual address, among the tables opened so far. */
const struct cfi *module_cfi(const struct module *m, uint64_t vaddr);

#endif
