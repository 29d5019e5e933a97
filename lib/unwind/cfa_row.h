/*
 * A row of the table that a program of call frame information describes: the places of the CFA,
 * the frame pointer and the return address for one address (DWARF 5, 6.4.1).
 */
#ifndef UNWIND_CFA_ROW_H
#define UNWIND_CFA_ROW_H

#include "unwind/arch.h"
#include "unwind/rule.h"

/* How to find the caller's value of a register. */
struct saved_register {
	enum { SAME, UNDEFINED, AT_CFA_OFFSET, AT_EXPRESSION, IN_REGISTER, OTHER } kind;
	int64_t offset; /* for IN_REGISTER, the register's number */
	struct str expression;
};

struct cfa_row {
	/* The CFA: an expression at cfa_block, which begins with its length; */
	const char *cfa_block;
	struct str cfa_expression;
	/* or, if cfa_block is NULL, a register and an offset. */
	uint64_t cfa_register;
	int64_t cfa_offset;
	struct saved_register fp, ra;
};

/* Packs the row into 16 bytes. `section` contains the expressions. */
struct rule cfa_row_rule(const struct cfa_row *row, bool signal, const struct arch *arch,
			 struct str section);

#endif
