/*
 * The oracle for stacks: elfutils' own unwinder (libdwfl), given the same registers,
 * the same copy of the stack and the same mappings as ours.
 */
#ifndef VALIDATE_DWFL_ORACLE_H
#define VALIDATE_DWFL_ORACLE_H

#include <elfutils/libdwfl.h>

#include "perf/process.h"
#include "unwind/unwind.h"

struct oracle {
	Dwfl *dwfl;
	const struct arch *arch;
	struct processes *processes;
	struct process *process;
	const struct user_state *state; /* the one being unwound */
	uint64_t regs[ARCH_REGS];       /* by DWARF number: where it begins, or goes on */
	bool again;                     /* it must be started again after a trampoline of CPython */
	bool below; /* it asked for a word below the stack pointer, which was not copied */
	uint64_t frame[UNWIND_MOST]; /* leaf first; for callers the address of the call */
	size_t n;
};

/* For a process with all its mappings. False when libdwfl will not have it. */
bool oracle_open(struct oracle *o, struct processes *t, struct process *p);
void oracle_close(struct oracle *o);

/* Unwind into o->frame; returns the number of frames. */
size_t oracle_unwind(struct oracle *o, const struct user_state *state);

/* The function at an address, or NULL; valid until oracle_close(). */
const char *oracle_name(struct oracle *o, uint64_t address);

#endif
