/*
 * The differences between architectures that matter for unwinding. In this layer registers have
 * DWARF's numbers (see the psABIs' tables).
 */
#ifndef UNWIND_ARCH_H
#define UNWIND_ARCH_H

#include "base/str.h"

enum { ARCH_REGS = 33, DWARF_NONE = 255 };

struct arch {
	const char *name;       /* as in uname(2) and the header of a perf.data file */
	uint16_t machine;       /* ELF e_machine */
	uint8_t nregs;          /* registers 0 ... nregs - 1 */
	uint8_t pc, sp, fp, lr; /* lr is DWARF_NONE if calls push the return address */
	uint8_t word;           /* bytes of an address */
	uint64_t address_mask;  /* the address bits of a return address, without PAC bits */
};

extern const struct arch arch_x86_64, arch_aarch64;
extern const struct arch arch_i386; /* of 32-bit programs on an x86-64 kernel */

/* The architecture of that name; NULL if it is not supported. */
const struct arch *arch_named(struct str name);

#endif
