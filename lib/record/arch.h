/*
 * What differs between processors: which registers perf is to sample, and which
 * of DWARF's numbers they have. Sources: linux/arch/x86/include/uapi/asm/perf_regs.h and that of arm64; the
 * psABIs' DWARF register tables.
 */
#ifndef RECORD_ARCH_H
#define RECORD_ARCH_H

#include "base/base.h"

enum { ARCH_REGS = 33, DWARF_NONE = 255 };

struct arch {
	const char *name;
	uint16_t machine;     /* ELF e_machine */
	uint64_t sample_regs; /* perf_event_attr.sample_regs_user */
	uint8_t nregs;        /* registers in a sample, in order of their bits */
	/* Places in that order. */
	uint8_t pc, sp, fp, lr; /* lr is DWARF_NONE where calls push */
	/* DWARF numbers. */
	uint8_t dwarf_sp, dwarf_fp, dwarf_ra;
	uint8_t place[ARCH_REGS]; /* by DWARF number: the place, or DWARF_NONE */
	uint64_t address_mask;    /* what of a return address is address: no PAC bits */
};

extern const struct arch arch_x86_64, arch_aarch64;

/* The processor that we run on, or NULL for one that is not known. */
const struct arch *arch_host(void);

#endif
