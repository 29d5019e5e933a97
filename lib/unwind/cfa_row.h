/*
 * A row of the table that the programs of call frame information describe: where the CFA,
 * the frame pointer and the return address are found at one address (DWARF 5, 6.4.1).
 */
#ifndef UNWIND_CFA_ROW_H
#define UNWIND_CFA_ROW_H

#include "unwind/arch.h"
#include "unwind/rule.h"

/* How a register's value in the caller is found. */
struct saved_register {
	enum { SAME, UNDEFINED, AT_CFA_OFFSET, AT_EXPRESSION, IN_REGISTER, OTHER } kind;
	int64_t offset; /* of IN_REGISTER: its number */
	struct str expression;
};

struct cfa_row {
	/* The CFA: an expression, which begins with its length at cfa_block; or */
	const char *cfa_block;
	struct str cfa_expression;
	/* if cfa_block is NULL, a register and an offset. */
	uint64_t cfa_register;
	int64_t cfa_offset;
	struct saved_register fp, ra;
};

/* The row in 16 bytes; section is the one that expressions are in. */
struct rule cfa_row_rule(const struct cfa_row *row, bool signal, const struct arch *arch,
			 struct str section);

#endif
