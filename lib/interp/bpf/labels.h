/* The record of labels (struct interp_labels), which the program writes before the sample. */
#ifndef INTERP_BPF_LABELS_H
#define INTERP_BPF_LABELS_H

#include "interp/bpf/state.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct interp_labels);
} labels SEC(".maps");

INLINE struct interp_labels *my_labels(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&labels, &zero);
}

INLINE void write_labels(void *ctx, const struct scratch *s, struct interp_labels *to, __u32 record)
{
	__u64 size = to->copied;

	if (to->state == CONTEXT_NONE)
		return;
	to->record = record;
	to->pid = s->number >> 32;
	to->tid = (__u32)s->number;
	to->time = s->time;
	/* Keeps the compiler from removing the check, which the verifier requires. */
	__asm__ volatile("" : "+r"(size));
	if (size <= sizeof(to->bytes))
		bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, to,
				      offsetof(struct interp_labels, bytes) + size);
}

#endif
