#include "record/arch.h"

#include <string.h>
#include <sys/utsname.h>

/*
 * Bits 0-11 and 16-23: AX BX CX DX SI DI BP SP IP FLAGS CS SS, then R8-R15; the
 * segment registers between them are left out.
 */
const struct arch arch_x86_64 = {
	.name = "x86_64",
	.machine = 62,
	.sample_regs = 0xff0fff,
	.nregs = 20,
	.pc = 8,
	.sp = 7,
	.fp = 6,
	.lr = DWARF_NONE,
	.dwarf_sp = 7,
	.dwarf_fp = 6,
	.dwarf_ra = 16,
	.place = { 0, 3, 2, 1, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19, 8 },
	.address_mask = UINT64_MAX,
};

/* X0-X28, FP, LR, SP, PC in DWARF's order. */
const struct arch arch_aarch64 = {
	.name = "aarch64",
	.machine = 183,
	.sample_regs = 0x1ffffffff,
	.nregs = 33,
	.pc = 32,
	.sp = 31,
	.fp = 29,
	.lr = 30,
	.dwarf_sp = 31,
	.dwarf_fp = 29,
	.dwarf_ra = 30,
	.place = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
		   17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32 },
	.address_mask = ((uint64_t)1 << 48) - 1,
};

const struct arch *arch_host(void)
{
	static const struct arch *const known[] = { &arch_x86_64, &arch_aarch64 };
	struct utsname u;

	if (uname(&u) < 0)
		return NULL;
	for (size_t i = 0; i < LEN(known); i++)
		if (strcmp(u.machine, known[i]->name) == 0)
			return known[i];
	return NULL;
}
