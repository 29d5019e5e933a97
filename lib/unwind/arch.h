/*
 * What differs between processors, as far as unwinding has to know. Registers have
 * DWARF's numbers everywhere in this layer (the psABIs' tables of register numbers).
 */
#ifndef UNWIND_ARCH_H
#define UNWIND_ARCH_H

#include "base/str.h"

enum { ARCH_REGS = 33, DWARF_NONE = 255 };

struct arch {
	const char *name;       /* as uname(2) and the header of a perf.data file have it */
	uint16_t machine;       /* ELF e_machine */
	uint8_t nregs;          /* registers 0 ... nregs - 1 */
	uint8_t pc, sp, fp, lr; /* lr is DWARF_NONE where calls push the return address */
	uint64_t address_mask;  /* what of a return address is address: no PAC bits */
};

extern const struct arch arch_x86_64, arch_aarch64;

/* The processor of that name, or NULL for one that is not known. */
const struct arch *arch_named(struct str name);

#endif
