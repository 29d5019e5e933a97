/*
 * The stack of the sample at hand, put together from the frame lines that perf
 * script prints, innermost first. Most lines come again and again, so each is
 * read once.
 */
#ifndef FORMAT_PERF_STACK_H
#define FORMAT_PERF_STACK_H

#include "profile/profile.h"

/* The frames of one line: n of perf_stack.frames from `first`, caller first. */
struct perf_place {
	uint32_t first, n : 31;
	uint32_t inlined : 1; /* perf said "(inlined)": the binary is the caller's */
};

/*
 * Frame lines seen before. A line stands right behind its place, so that finding
 * one touches the index and one spot in memory; its row number is that spot's
 * offset in words, + 1.
 */
struct perf_memo {
	struct buf seen; /* struct seen and the line, to a multiple of 8 bytes */
	struct index index;
};

/* All zero but p: ready, with an empty stack. */
struct perf_stack {
	struct profile *p;
	bool java;                /* names are Java's, and tidied differently */
	struct perf_memo memo[2]; /* [1] for Java */
	struct buf frames;        /* loc_id: those of all lines */
	struct buf places;        /* struct perf_place, one a frame line, leaf first */
	struct buf stack;         /* loc_id: scratch */
};

/* Begin another stack. */
static inline void perf_stack_begin(struct perf_stack *s, bool java)
{
	s->java = java;
	s->places.n = 0;
}

/* Has the stack no frame yet? */
static inline bool perf_stack_is_empty(const struct perf_stack *s)
{
	return !s->places.n;
}

/* Add the frame of a line, if the line was a frame before. */
bool perf_stack_known(struct perf_stack *s, struct str line);

/* Add the frame of a line, of which perf_frame_line() has made an address and more. */
void perf_stack_add(struct perf_stack *s, struct str line, uint64_t address, struct str what);

/*
 * A line "file.c:12" gives the frame before it file and line; one that says that
 * they are not known changes nothing. False for other lines.
 */
bool perf_stack_source(struct perf_stack *s, struct str line);

/* The whole stack, as one of the profile's. */
stack_id perf_stack_end(struct perf_stack *s);

void perf_stack_release(struct perf_stack *s);

#endif
