/*
 * Python in a recording: the program in the kernel, the processes that run CPython, and samples
 * in which Python's functions stand in the place of its evaluator. The recorder calls these.
 */
#ifndef RECORD_PYTHONS_H
#define RECORD_PYTHONS_H

#include "record/python_samples.h"
#include "record/python_targets.h"
#include "record/sampler.h"

struct pythons {
	struct python_program program;
	struct python_targets targets;
	struct python_samples samples;
	struct sampler_program sampler; /* for struct sampler_options */
	bool works;                     /* the program is loaded; */
	struct buf why;                 /* or why not */
	unsigned refused;               /* the version of an interpreter that cannot be read; */
	const char *refusal;            /* and why */
};

/* Load the program. pythons_close() must follow, whether or not that worked. */
void pythons_open(struct pythons *p, bool show_evaluators);
void pythons_close(struct pythons *p);

/* Answer what the program asks. */
void pythons_answer(struct pythons *p);

/* The process runs already: look what it is. */
void pythons_expect(struct pythons *p, int pid);

/* Samples up to that time were handed out. */
void pythons_sweep(struct pythons *p, uint64_t until);

#endif
