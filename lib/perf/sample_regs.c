#include "perf/sample_regs.h"

/*
 * perf's register numbers, by DWARF number. x86 has AX BX CX DX SI DI BP SP IP at 0-8 and R8-R15
 * at 16-23; aarch64 has X0-X30, SP, PC at 0-32, as DWARF does.
 */
static const uint8_t i386[] = { 0, 2, 3, 1, 7, 6, 4, 5, 8 };
static const uint8_t x86_64[] = { 0, 3, 2, 1, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 8 };

static unsigned perf_number(const struct arch *arch, unsigned reg)
{
	if (arch == &arch_i386)
		return i386[reg];
	return arch == &arch_x86_64 ? x86_64[reg] : reg;
}

uint64_t sample_regs_mask(const struct arch *arch)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < arch->nregs; i++)
		mask |= (uint64_t)1 << perf_number(arch, i);
	return mask;
}

bool sample_regs_decode(const struct arch *arch, uint64_t mask, const uint64_t *regs, uint64_t *out,
			uint64_t *missing)
{
	uint64_t needed = (uint64_t)1 << arch->pc | (uint64_t)1 << arch->sp |
			  (uint64_t)1 << arch->fp;

	if (arch->lr != DWARF_NONE)
		needed |= (uint64_t)1 << arch->lr;
	*missing = 0;
	for (unsigned i = 0; i < arch->nregs; i++) {
		uint64_t bit = (uint64_t)1 << perf_number(arch, i);

		if (mask & bit) {
			out[i] = regs[__builtin_popcountll(mask & (bit - 1))];
		} else {
			out[i] = 0;
			*missing |= (uint64_t)1 << i;
		}
	}
	return !(*missing & needed);
}
