/*
 * Finds the evaluator of an interpreter in an image: the function whose frames on the stack stand
 * for runs of interpreted functions. Compilers move the code of a function that they expect to
 * run rarely to other places: parts that are not called, but that the function jumps to.
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
	size_t nparts;          /* 0: the image has no evaluator */
	struct code_range core; /* in Ruby, the function that executes instructions */
};

void evaluator_find(struct evaluator *e, const struct module *m);

/* Is a virtual address in the evaluator? In its core? */
bool evaluator_has(const struct evaluator *e, uint64_t vaddr);
bool evaluator_has_core(const struct evaluator *e, uint64_t vaddr);

#endif
