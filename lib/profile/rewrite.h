/*
 * Rewriting the stacks of a profile: how frames are named, which frames are shown, and
 * which labels become root frames. Readers have no options; all choices of the user
 * about stacks are made here, once for all formats.
 */
#ifndef PROFILE_REWRITE_H
#define PROFILE_REWRITE_H

#include "profile/name.h"
#include "profile/profile.h"

/* What makes two frames the same; names are those of google/pprof. */
enum granularity {
	GRANULARITY_FUNCTION,      /* "name" */
	GRANULARITY_FILE_FUNCTION, /* "name file" */
	GRANULARITY_FILE,          /* "file"; a function without one is as a frame without name */
	GRANULARITY_LINE,          /* "name file:12" */
	GRANULARITY_ADDRESS,       /* "0000000000401000 name file:12" */
};

/* All zero: names that a reader left mangled are demangled, nothing else changes. */
struct rewrite {
	/*
	 * Names. A function is demangled if the reader gave only its linkage name;
	 * with `force` every function is, since tools such as perf demangle only
	 * by option.
	 */
	enum demangle demangle;
	bool force;
	bool named;        /* keep names as they are: a rewrite gave them before */
	bool simplify;     /* see name_simplify() */
	bool mark_kernel;  /* append "_[k]" to kernel frames */
	bool mark_jit;     /* append "_[j]" to JIT frames */
	bool mark_inlined; /* append "_[i]" to inlined frames; LOC_JOINED always has it */
	bool addresses;    /* a frame without a name is "[libc.so <7f01>]" */
	bool lines;        /* "name:12" */
	enum granularity granularity;

	/* Frames */
	bool no_inlines;         /* leave out inlined frames */
	bool collapse_recursion; /* a function that calls itself is one frame */
	bool reverse;            /* leaf first */
	size_t max_depth;        /* frames to keep from the root; 0 = all */

	/*
	 * Root frames: the values of these labels, in this order, for samples
	 * that have them. In "comm" blanks become '_'; with `pid` or `tid`, "-PID" or
	 * "-PID/TID" is appended, '?' for a number that is not known.
	 */
	struct str root[8];
	size_t nroot;
	bool pid, tid;
};

void rewrite(struct profile *p, const struct rewrite *how);

#endif
