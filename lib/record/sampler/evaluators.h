/* The evaluators of the modules that processes have mapped; each module is examined once. */
#ifndef RECORD_EVALUATORS_H
#define RECORD_EVALUATORS_H

#include "base/table.h"
#include "perf/process.h"
#include "record/sampler/evaluator.h"

struct evaluators {
	struct table known;   /* struct known_evaluator, by module */
	struct table lenders; /* struct known_lender, by program of a process */
	uint32_t last_module; /* the one asked for last: neighbouring frames have the same */
	uint32_t last;        /* its row; 0: none */
};

void evaluators_init(struct evaluators *e);
void evaluators_release(struct evaluators *e);

/* The evaluator of a module, valid until the next call; its nparts is 0 if there is none. */
const struct evaluator *evaluators_of(struct evaluators *e, const struct module *m);

/*
 * Finds the evaluator in whose frame a process's generated code runs; as perf_host.runs_like().
 * PHP's evaluator jumps to compiled code, which moves the stack pointer no further.
 */
const struct region *evaluators_lender(struct evaluators *e, struct processes *t, struct process *p,
				       uint64_t *like);

#endif
