/*
 * Finds the evaluator of a Ruby whose symbols were stripped, as distributions do. Up to 3.2
 * rb_vm_exec() is exported; later it has no name, nor ever has the function that it calls to
 * execute instructions, the core. Only x86-64 is known.
 */
#ifndef RECORD_STRIPPED_RUBY_H
#define RECORD_STRIPPED_RUBY_H

#include "record/sampler/evaluator.h"

/* False if it is not found, or is not beyond doubt. */
bool stripped_ruby_find(const struct module *m, struct code_range *evaluator,
			struct code_range *core);

#endif
