#include "unwind/arch.h"

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.machine = 62,
	.nregs = 17,
	.pc = 16,
	.sp = 7,
	.fp = 6,
	.lr = DWARF_NONE,
	.word = 8,
	.address_mask = UINT64_MAX,
};

const struct arch arch_i386 = {
	.name = "i386",
	.machine = 3,
	.nregs = 9,
	.pc = 8,
	.sp = 4,
	.fp = 5,
	.lr = DWARF_NONE,
	.word = 4,
	.address_mask = UINT32_MAX,
};

const struct arch arch_aarch64 = {
	.name = "aarch64",
	.machine = 183,
	.nregs = 33,
	.pc = 32,
	.sp = 31,
	.fp = 29,
	.lr = 30,
	.word = 8,
	.address_mask = ((uint64_t)1 << 48) - 1,
};

const struct arch *arch_named(struct str name)
{
	static const struct arch *const known[] = { &arch_x86_64, &arch_aarch64 };

	for (size_t i = 0; i < LEN(known); i++)
		if (str_eq(name, str_of(known[i]->name)))
			return known[i];
	return NULL;
}
