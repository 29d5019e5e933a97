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
	bool tried;                     /* the program was to be loaded, */
	bool works;                     /* and is; */
	struct buf why;                 /* or why not */
	/*
	 * Before that: an interpreter was met with, or mapped by these processes (uint32_t). Loading
	 * takes longer than all else that a recording begins with, and most programs need none.
	 */
	bool wanted;
	struct buf met;
	unsigned refused;               /* the version of an interpreter that cannot be read; */
	const char *refusal;            /* and why */
};

/* pythons_close() must follow. The program is not loaded yet. */
void pythons_open(struct pythons *p, bool show_evaluators);
void pythons_close(struct pythons *p);

/* Load the program, which is done once. Returns whether it works. */
bool pythons_load(struct pythons *p);

/* Until the program is loaded: a process maps a file. */
void pythons_note_map(struct pythons *p, uint32_t pid, struct str path);

/* Answer what the program asks. */
void pythons_answer(struct pythons *p);

/* A process runs already: is it one whose interpreter is known? */
bool pythons_find(struct pythons *p, int pid);

/* The program is loaded: tell it what that process is, before it asks. */
void pythons_expect(struct pythons *p, int pid);

/* Samples up to that time were handed out. */
void pythons_sweep(struct pythons *p, uint64_t until);

#endif
