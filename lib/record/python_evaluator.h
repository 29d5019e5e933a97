/*
 * Where an image has the evaluator of CPython. Compilers move what of a function runs rarely, or
 * for all they know, to another place: parts that nothing calls, but the function jumps to.
 */
#ifndef RECORD_PYTHON_EVALUATOR_H
#define RECORD_PYTHON_EVALUATOR_H

#include "unwind/module.h"

enum { EVALUATOR_PARTS = 6 };

struct python_evaluator {
	struct {
		uint64_t start, end; /* virtual addresses */
	} part[EVALUATOR_PARTS];
	size_t nparts; /* 0: there is none */
};

void python_evaluator_find(struct python_evaluator *e, const struct module *m);

/* Is a virtual address in it? */
bool python_evaluator_has(const struct python_evaluator *e, uint64_t vaddr);

#endif
