/*
 * Python in a recording: the program in the kernel, the processes that run CPython, and samples
 * in which Python's functions stand in the place of its evaluator. The recorder calls these.
 */
#ifndef RECORD_INTERPRETERS_H
#define RECORD_INTERPRETERS_H

#include "record/interp_samples.h"
#include "record/interp_targets.h"
#include "record/sampler.h"

struct interpreters {
	struct interp_program program;
	struct interp_targets targets;
	struct interp_samples samples;
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
	const char *refused;      /* an interpreter that cannot be read, */
	unsigned refused_version; /* its version, */
	const char *refusal;      /* and why: static strings */
};

/* interpreters_close() must follow. The program is not loaded yet. */
void interpreters_open(struct interpreters *p, bool show_evaluators);
void interpreters_close(struct interpreters *p);

/* Load the program, which is done once. Returns whether it works. */
bool interpreters_load(struct interpreters *p);

/* Until the program is loaded: a process maps a file. */
void interpreters_note_map(struct interpreters *p, uint32_t pid, struct str path);

/* Answer what the program asks. */
void interpreters_answer(struct interpreters *p);

/* A process runs already: is it one whose interpreter is known? */
bool interpreters_find(struct interpreters *p, int pid);

/* The program is loaded: tell it what that process is, before it asks. */
void interpreters_expect(struct interpreters *p, int pid);

/* Samples up to that time were handed out. */
void interpreters_sweep(struct interpreters *p, uint64_t until);

#endif
