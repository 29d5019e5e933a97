/*
 * The programs of call frame information (DWARF 5, 6.4.2): run up to an address,
 * they give the rule for that address.
 */
#ifndef UNWIND_CFA_PROGRAM_H
#define UNWIND_CFA_PROGRAM_H

#include "unwind/arch.h"
#include "unwind/dwarf_pointer.h"
#include "unwind/rule.h"

/* What the functions of a compilation have in common. */
struct cie {
	uint64_t code_align, ra;
	int64_t data_align;
	uint8_t pointers; /* encoding of addresses in the FDEs */
	bool signal;      /* they are signal frames */
	bool sized;       /* FDEs have augmentation data, with its length */
	struct cursor program;
};

/* One function's, and the addresses it is for. */
struct fde {
	struct cie cie;
	uint64_t start, length;
	struct cursor program;
};

/*
 * The rule at an address of the FDE. section is where the programs are: offsets
 * of expressions count from it.
 */
struct rule cfa_program_rule(const struct fde *fde, const struct arch *arch, struct str section,
			     uint64_t vaddr);

#endif
