/*
 * A module: an ELF image that processes have mapped, with its tables for unwinding: call
 * frame information, or those of Go. A Go program that calls C has both.
 *
 * Functions without a rule may have one in .debug_frame, of the image or of its debug file.
 * That is opened when it is first missed.
 */
#ifndef UNWIND_MODULE_H
#define UNWIND_MODULE_H

#include "object/elf.h"
#include "object/gopclntab.h"
#include "unwind/cfi.h"

/* One that is all zero but for its id has no rules, and no bytes of code to look at. */
struct module {
	uint32_t id;   /* from 1, never used again: part of the key of the rule cache */
	uint64_t base; /* lowest virtual address: what the rule cache counts from */
	const struct arch *arch;
	struct elf elf;
	struct cfi cfi;
	struct gopclntab go;
	bool is_go;
	bool may_have_more; /* .debug_frame has not been looked for */
	struct cfi debug_frame;
	struct elf debug_file;
};

/* Find the unwind tables of m->elf, which was opened. */
void module_open(struct module *m, const struct arch *arch);
void module_close(struct module *m);

/*
 * Look for .debug_frame: in the image, and then in the file of a descriptor, if it is that
 * image's; -1: there is none. The caller closes it. Returns whether there are more rules now.
 */
bool module_open_debug_frame(struct module *m, int debug_file);

/* Does it have unwind tables? Then the rule at a virtual address of it. */
bool module_has_rules(const struct module *m);
struct rule module_rule(const struct module *m, uint64_t vaddr);

/* The call frame information that is for a virtual address, as far as it is known. */
const struct cfi *module_cfi(const struct module *m, uint64_t vaddr);

#endif
