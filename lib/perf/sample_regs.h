/*
 * Converts the user registers of samples from perf's numbers (perf_regs.h of each architecture in
 * the kernel's include/uapi/asm) to DWARF's.
 */
#ifndef PERF_SAMPLE_REGS_H
#define PERF_SAMPLE_REGS_H

#include "unwind/arch.h"

/* perf_event_attr.sample_regs_user for all registers that unwinding may use. */
uint64_t sample_regs_mask(const struct arch *arch);

/*
 * Converts the registers of `mask`, in order of its bits, to arch->nregs registers by DWARF
 * number. *missing: a bit for each register that was not sampled. False if one of these is needed
 * for any stack: the program counter, the stack pointer, the frame pointer, the link register.
 */
bool sample_regs_decode(const struct arch *arch, uint64_t mask, const uint64_t *regs, uint64_t *out,
			uint64_t *missing);

#endif
