/* The frames of a sample: they are put on its stack one by one, innermost first. */
#ifndef INTERP_BPF_SAMPLE_FRAMES_H
#define INTERP_BPF_SAMPLE_FRAMES_H

#include "interp/bpf/state.h"

/* The entry for `code`. It may hold another code object, even at another address. */
INLINE struct seen *seen_at(struct codes *c, __u64 code)
{
	return &c->seen[code * 0x9e3779b97f4a7c15ull >> 56 & (MOST_SEEN - 1)];
}

INLINE bool is_known(const struct scratch *s, const struct seen *seen, __u64 code)
{
	return seen->sample == s->sample && seen->code == code;
}

INLINE struct interp_frame *frame_at(struct scratch *s, __u32 i)
{
	return &s->stack.frame[i & (INTERP_MOST_FRAMES - 1)];
}

/* The frame to fill in next. add_frame() puts it on the stack. */
INLINE struct interp_frame *next_frame(struct scratch *s)
{
	return frame_at(s, s->stack.head.n);
}

INLINE void add_frame(struct scratch *s)
{
	if (++s->stack.head.n >= INTERP_MOST_FRAMES - 1)
		s->stack.head.end = INTERP_DEEP;
}

/* Sets the id of a frame's code object. If it is new, its names are to be written. */
INLINE void note_code(struct scratch *s, struct codes *c, struct seen *seen,
		      const struct interp_frame *f)
{
	if (seen->code != f->code || seen->id != f->id || seen->pid != s->pid ||
	    seen->told != s->generation) {
		seen->code = f->code;
		seen->id = f->id;
		seen->pid = s->pid;
		seen->told = 0;
		c->fresh[s->nfresh & (INTERP_MOST_FRAMES - 1)] = s->stack.head.n;
		s->nfresh++;
	}
	seen->sample = s->sample;
}

/* Has the walk more frames to read? */
INLINE bool goes_on(const struct scratch *s)
{
	return s->stack.head.end == INTERP_WHOLE && s->frame;
}

/* Writes the stack before the sample: the work is done. */
INLINE void write_stack(void *ctx, struct scratch *s)
{
	__u64 n = s->stack.head.n & (INTERP_MOST_FRAMES - 1);
	__u64 size;

	if (s->stack.head.n >= INTERP_MOST_FRAMES)
		n = INTERP_MOST_FRAMES - 1;
	s->stack.head.n = n;
	size = sizeof(s->stack.head) + n * sizeof(s->stack.frame[0]);
	if (size <= sizeof(s->stack))
		bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, &s->stack, size);
}

#endif
