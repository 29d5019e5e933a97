/*
 * From profile to profile: how frames are named, which are shown, and what
 * stands at the root. All that a user may choose about stacks is decided here,
 * once, for every format.
 */
#ifndef PROFILE_REWRITE_H
#define PROFILE_REWRITE_H

#include "profile/name.h"
#include "profile/profile.h"

/* All zero: names that a reader left mangled are demangled, nothing else changes. */
struct rewrite {
	/*
	 * Names. Demangled are those that a reader gave only as the linker has
	 * them, or with `force` all: a tool that demangles, as perf does, may have
	 * been told not to.
	 */
	enum demangle demangle;
	bool force;
	bool simplify;     /* see name_simplify() */
	bool mark_kernel;  /* "_[k]" behind the names of kernel frames */
	bool mark_jit;     /* "_[j]" */
	bool mark_inlined; /* "_[i]"; where a JIT's symbol said so, always */
	bool addresses;    /* "[unknown <7f01>]", "[libc.so <7f01>]" without a name */
	bool lines;        /* "name:12" */

	/* Frames */
	bool no_inlines;         /* leave out inlined frames */
	bool collapse_recursion; /* a function that calls itself is one frame */
	bool reverse;            /* leaf first */
	size_t max_depth;        /* frames to keep from the root; 0 = all */

	/*
	 * Root frames: the values of these labels, in this order, for samples
	 * that have them. "comm" has its blanks turned to '_', and is followed by
	 * "-PID" or "-PID/TID" if asked for, with '?' where that is not known.
	 */
	struct str root[8];
	size_t nroot;
	bool pid, tid;
};

void rewrite(struct profile *p, const struct rewrite *how);

#endif
