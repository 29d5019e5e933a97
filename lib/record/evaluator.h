/*
 * Where an image has the evaluator of CPython. Compilers move what of a function runs rarely, or
 * for all they know, to another place: parts that nothing calls, but the function jumps to.
 */
#ifndef RECORD_EVALUATOR_H
#define RECORD_EVALUATOR_H

#include "unwind/module.h"

enum { EVALUATOR_PARTS = 6 };

struct evaluator {
	struct {
		uint64_t start, end; /* virtual addresses */
	} part[EVALUATOR_PARTS];
	size_t nparts; /* 0: there is none */
};

void evaluator_find(struct evaluator *e, const struct module *m);

/* Is a virtual address in it? */
bool evaluator_has(const struct evaluator *e, uint64_t vaddr);

#endif
