/*
 * Where an image has the evaluator of an interpreter: the function whose frames on the stack stand
 * for runs of the interpreted program's functions. Compilers move what of a function runs rarely,
 * or for all they know, to another place: parts that nothing calls, but the function jumps to.
 */
#ifndef RECORD_EVALUATOR_H
#define RECORD_EVALUATOR_H

#include "interp/interp_wire.h"
#include "unwind/module.h"

enum { EVALUATOR_PARTS = 6 };

struct code_range {
	uint64_t start, end; /* virtual addresses */
};

struct evaluator {
	enum interp_kind kind;
	struct code_range part[EVALUATOR_PARTS];
	size_t nparts;          /* 0: there is none */
	struct code_range core; /* what it calls to execute instructions, in Ruby */
};

void evaluator_find(struct evaluator *e, const struct module *m);

/* Is a virtual address in it? Or in its core? */
bool evaluator_has(const struct evaluator *e, uint64_t vaddr);
bool evaluator_has_core(const struct evaluator *e, uint64_t vaddr);

#endif
