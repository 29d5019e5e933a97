/* Writes the thread's context (context_walk.h) before the sample. */
#ifndef INTERP_BPF_THREAD_CONTEXT_H
#define INTERP_BPF_THREAD_CONTEXT_H

#include "interp/bpf/state.h"
#include "interp/context_walk.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct interp_context);
} contexts SEC(".maps");

INLINE void write_context(void *ctx, const struct interp_target *t, __u64 number, __u64 now,
			  __u64 thread)
{
	struct context_walk w = { 0 };
	__u32 zero = 0;
	struct interp_context *to = bpf_map_lookup_elem(&contexts, &zero);
	__u64 size;

	if (!to)
		return;
	context_read(&w, &t->context, thread, to);
	if (to->state == CONTEXT_NONE)
		return;
	to->record = INTERP_CONTEXT;
	to->pid = number >> 32;
	to->tid = (__u32)number;
	to->time = now;
	size = offsetof(struct interp_context, bytes) + (to->copied & (CONTEXT_MOST_BYTES - 1));
	bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, to, size);
}

#endif
