/*
 * A rule for the step from a frame to its caller's: the unwind data for one address, in 16 bytes.
 *
 * The unwinder tracks the program counter, the stack pointer, the frame pointer (RBP, X29) and, on
 * aarch64, the link register, which suffice for all code that compilers generate. DWARF's CFA, the
 * canonical frame address, is the value of the stack pointer before the call (DWARF 5, 6.4).
 */
#ifndef UNWIND_RULE_H
#define UNWIND_RULE_H

#include "base/base.h"

enum rule_cfa {
	CFA_NONE,     /* no unwind data for this address */
	CFA_END,      /* the return address is undefined: this is the outermost frame */
	CFA_SP,       /* SP + offset */
	CFA_FP,       /* FP + offset */
	CFA_REG,      /* another register + offset */
	CFA_PLT,      /* x86 PLT stub: SP + a word, and one more after its push */
	CFA_DEREF_SP, /* the word at SP + offset, + the second offset */
	CFA_DEREF_FP, /* the word at FP + offset, + the second offset */
	CFA_EXPR,     /* a DWARF expression */
	CFA_SWITCH,   /* Go: the caller is on another stack */
	CFA_BAD,      /* invalid unwind data */
};

/* Where the caller's frame pointer or return address is. */
enum rule_place {
	AT_SAME, /* not saved: still in its register */
	AT_CFA,  /* in memory at CFA + offset */
	AT_SP,   /* at SP + offset (signal frames) */
	AT_FP,   /* at FP + offset */
	AT_REG,  /* in the register of that number, for the return address alone */
	AT_LOST, /* not recoverable */
};

struct rule {
	uint8_t cfa;        /* enum rule_cfa */
	uint8_t fp : 4;     /* enum rule_place */
	uint8_t ra : 4;     /* enum rule_place; AT_SAME: in the link register */
	uint8_t reg;        /* DWARF register of CFA_REG */
	uint8_t signal;     /* a signal frame: the caller was interrupted, not calling */
	int32_t cfa_offset; /* CFA_EXPR: offset of its length in the section */
	int32_t fp_offset;
	int32_t ra_offset; /* CFA_DEREF_*: the second offset, RA being a word below it */
};

_Static_assert(sizeof(struct rule) == 16, "an entry of the rule cache");

#endif
