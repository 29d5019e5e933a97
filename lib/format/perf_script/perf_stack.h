/*
 * The stack of the current sample, put together from the frame lines that perf
 * script prints, innermost first. Most lines recur, so each distinct line is
 * parsed once.
 */
#ifndef FORMAT_PERF_SCRIPT_PERF_STACK_H
#define FORMAT_PERF_SCRIPT_PERF_STACK_H

#include "base/vec.h"
#include "format/perf_script/perf_lines.h"
#include "io/in.h"
#include "profile/profile.h"

/* The frames of one line: n of perf_stack.frames from `first`, caller first. */
struct perf_place {
	uint32_t first, n : 31;
	uint32_t inlined : 1; /* perf said "(inlined)": the binary is the caller's */
};

/*
 * Frame lines seen before. A line is stored right after its struct seen, so that a
 * lookup touches the index and one spot in memory; its row number is that spot's
 * offset in words, + 1.
 */
struct perf_memo {
	struct buf seen; /* struct seen and the line, to a multiple of 8 bytes */
	struct index index;
};

/* Symbols in which perf_suspect() finds something. */
struct perf_suspects {
	const char *what; /* the first one's */
	uint64_t line;
	uint64_t count;
};

/* Set p and in, then perf_stack_init(). */
struct perf_stack {
	struct profile *p;
	struct in *in;                 /* for the numbers of lines */
	bool java;                     /* names are Java's, with other rules */
	bool whole;                    /* names are not symbols: see perf_script_write.c */
	struct perf_memo memo[2];      /* [1] for Java */
	struct table located;          /* places with a source line */
	VEC(loc_id) frames;            /* those of all lines */
	VEC(struct perf_place) places; /* one per frame line, leaf first */
	VEC(loc_id) stack;             /* scratch */
	struct perf_suspects suspects;
};

void perf_stack_init(struct perf_stack *s, struct profile *p, struct in *in);

/* Begin another stack. */
static inline void perf_stack_begin(struct perf_stack *s, bool java)
{
	s->java = java;
	vec_clear(&s->places);
}

/* Has the stack no frame yet? */
static inline bool perf_stack_is_empty(const struct perf_stack *s)
{
	return !s->places.n;
}

/* Add the frame of a line that was seen before; false if it was not. */
bool perf_stack_known(struct perf_stack *s, struct str line);

/* Add the frame of a line, as perf_frame_line() or perf_own_frame() has it. */
void perf_stack_add(struct perf_stack *s, struct str line, const struct perf_frame *f);

/* Give the frame that was added last a file and a line, if they are known. */
void perf_stack_locate(struct perf_stack *s, const struct perf_source *source);

/* The whole stack, as one of the profile's. */
stack_id perf_stack_end(struct perf_stack *s);

void perf_stack_release(struct perf_stack *s);

#endif
