/* The part of the BPF program that writes the labels of the thread's goroutine (go_walk.h). */
#ifndef INTERP_BPF_GO_PARTS_H
#define INTERP_BPF_GO_PARTS_H

#include "interp/bpf/labels.h"
#include "interp/bpf/parts.h"

enum { STEPS_A_CALL = 4 };

CHECKED_ONCE int go_steps(void)
{
	struct scratch *s = my_scratch();
	struct interp_labels *to = my_labels();
	if (!s || !to)
		return 0;
	/* Counters of loops have 64 bits: see below. */
	for (long i = 0; i < STEPS_A_CALL; i++)
		if (!go_step(&s->go, to))
			return 0;
	return 1;
}

SEC("perf_event") int go_labels(void *ctx)
{
	struct scratch *s = my_scratch();
	struct interp_labels *to = my_labels();
	long i = 0;

	/* gcc may save a counter of 32 bits in a way that older verifiers do not follow. */
	while (i < CALLS_A_PART && go_steps())
		i++;
	if (i == CALLS_A_PART)
		bpf_tail_call(ctx, &parts, GO_LABELS);
	if (s && to)
		write_labels(ctx, s, to, INTERP_GO_LABELS);
	bpf_tail_call(ctx, &parts, BEGIN);
	return 1;
}

/* Finds the labels of the thread's goroutine. If it has any, the part above goes on. */
INLINE void begin_go(void *ctx, struct scratch *s, const struct interp_target *t)
{
	struct interp_labels *to = my_labels();

	if (!to)
		return;
	s->go.target = t->go;
	if (go_begin(&s->go, s->thread, to))
		bpf_tail_call(ctx, &parts, GO_LABELS);
	write_labels(ctx, s, to, INTERP_GO_LABELS);
}

#endif
