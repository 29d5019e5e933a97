/*
 * Root frames of folded stacks that are not functions: some profilers put the process and the
 * thread there, in forms that no function name has. They become labels.
 *
 *	[http-nio-8080 tid=4711]	async-profiler -t: thread, tid
 *	process 17:"python app.py"	py-spy --subprocesses: pid, command
 *	thread (0x7F01): MainThread	py-spy --threads: thread
 *	tid:4711			CPython's profiling.sampling --collapsed: tid
 */
#ifndef FORMAT_FOLDED_ROOTS_H
#define FORMAT_FOLDED_ROOTS_H

#include "base/vec.h"
#include "profile/profile.h"

/* The roots of a stack, kept for the next one, which usually has the same roots. */
struct folded_roots {
	loc_id frame[2]; /* the first two frames of that stack */
	size_t n;        /* how many of them are labels */
	label_set_id labels;
	VEC(bool) is_function; /* by location: read before as a root, and no label */
};

/* The number of frames at the root of a stack that are labels; r->labels becomes these. */
size_t folded_roots(struct folded_roots *r, struct dictionary *d, const loc_id *stack, size_t n);

void folded_roots_release(struct folded_roots *r);

#endif
