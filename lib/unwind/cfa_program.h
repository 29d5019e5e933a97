/*
 * Runs the programs of call frame information (DWARF 5, 6.4.2). Run up to an address, a program
 * gives the rule for that address.
 */
#ifndef UNWIND_CFA_PROGRAM_H
#define UNWIND_CFA_PROGRAM_H

#include "object/dwarf_pointer.h"
#include "unwind/arch.h"
#include "unwind/rule.h"

/* A common information entry: what several functions share. */
struct cie {
	uint64_t code_align, ra;
	int64_t data_align;
	uint8_t pointers; /* encoding of addresses in the FDEs */
	bool signal;      /* the functions are signal frames */
	bool sized;       /* FDEs have augmentation data, with its length */
	struct cursor program;
};

/* A frame description entry: the program of one function, and its addresses. */
struct fde {
	struct cie cie;
	uint64_t start, length;
	struct cursor program;
};

/*
 * The rule at an address of the FDE. `section` contains the programs; offsets of expressions are
 * relative to it.
 */
struct rule cfa_program_rule(const struct fde *fde, const struct arch *arch, struct str section,
			     uint64_t vaddr);

#endif
