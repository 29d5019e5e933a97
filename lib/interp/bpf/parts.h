/*
 * The parts of the program that are the same for each language. A language has
 *
 *	xx_step(s, c)      reads the next frame, and puts it on the stack or ends the walk
 *	xx_names(ctx, s, f)  writes the names of a frame's code object
 *
 * and LANGUAGE_PARTS(xx, XX) makes its parts of them: xx_walk, and after it xx_name.
 *
 * The verifier follows every path through a part, and through each iteration of a loop. It
 * verifies a function that is not static only once, so loops call such functions. Counters of loops
 * have 64 bits: gcc saves one of 32 bits on the stack in 64 and reads 32 of them, and the verifiers of
 * Linux 5.10 and 6.1 no longer know its value then.
 */
#ifndef INTERP_BPF_PARTS_H
#define INTERP_BPF_PARTS_H

#include "interp/bpf/names.h"

enum { FRAMES_A_CALL = 4 };

/* With gcc-bpf there are no calls: libbpf misreads the relocations that its assembler writes. */
#ifdef __clang__
#define CHECKED_ONCE __attribute__((noinline))
enum { CALLS_A_PART = 16 };
#else
#define CHECKED_ONCE INLINE
enum { CALLS_A_PART = 8 };
#endif

/* Words of x86-64's struct pt_regs, with which the context of a sample begins. */
enum { REGISTER_R15 = 0, REGISTER_R14 = 1 };

/* Continues after a part of a walk. */
INLINE void go_on(void *ctx, struct scratch *s, __u32 walk, __u32 name)
{
	if (goes_on(s)) {
		bpf_tail_call(ctx, &parts, walk);
		s->stack.head.end = INTERP_DEEP; /* the limit of tail calls */
	}
	if (s->nfresh)
		bpf_tail_call(ctx, &parts, name);
	write_stack(ctx, s);
}

/* Chooses the code objects whose names to write next. */
CHECKED_ONCE int choose_names(void)
{
	struct scratch *s = my_scratch();
	struct codes *c = my_codes();

	if (!s || !c)
		return 0;
	s->ntell = 0;
	for (long i = 0; i < LOOKS_A_PART && s->looked < s->nfresh; i++) {
		__u32 k = c->fresh[s->looked++ & (INTERP_MOST_FRAMES - 1)];

		if (is_told(s, c, frame_at(s, k)))
			continue;
		s->tell[s->ntell++ & (NAMES_A_PART - 1)] = k;
		if (s->ntell >= NAMES_A_PART)
			break;
	}
	return 0;
}

#define LANGUAGE_PARTS(xx, XX)                                                                     \
	CHECKED_ONCE int xx##_frames(void)                                                         \
	{                                                                                          \
		struct scratch *s = my_scratch();                                                  \
		struct codes *c = my_codes();                                                      \
                                                                                                   \
		if (!s || !c)                                                                      \
			return 0;                                                                  \
		for (long i = 0; i < FRAMES_A_CALL && goes_on(s); i++)                             \
			xx##_step(s, c);                                                           \
		return goes_on(s);                                                                 \
	}                                                                                          \
                                                                                                   \
	SEC("perf_event") int xx##_walk(void *ctx)                                                 \
	{                                                                                          \
		struct scratch *s = my_scratch();                                                  \
                                                                                                   \
		for (long i = 0; i < CALLS_A_PART && xx##_frames(); i++)                           \
			;                                                                          \
		if (s)                                                                             \
			go_on(ctx, s, XX##_WALK, XX##_NAME);                                       \
		return 1;                                                                          \
	}                                                                                          \
                                                                                                   \
	SEC("perf_event") int xx##_name(void *ctx)                                                 \
	{                                                                                          \
		struct scratch *s = my_scratch();                                                  \
                                                                                                   \
		choose_names();                                                                    \
		if (!s)                                                                            \
			return 1;                                                                  \
		for (__u64 i = 0; i < NAMES_A_PART; i++)                                           \
			if (i < s->ntell)                                                          \
				xx##_names(ctx, s, frame_at(s, s->tell[i]));                       \
		if (s->looked < s->nfresh)                                                         \
			bpf_tail_call(ctx, &parts, XX##_NAME);                                     \
		write_stack(ctx, s);                                                               \
		return 1;                                                                          \
	}

#endif
