/* Writes the task of asyncio that the thread runs (task_walk.h) before the sample. */
#ifndef INTERP_BPF_PYTHON_TASK_H
#define INTERP_BPF_PYTHON_TASK_H

#include "interp/bpf/state.h"
#include "interp/python/task_walk.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct interp_task);
} tasks SEC(".maps");

INLINE void write_task(void *ctx, struct scratch *s)
{
	__u32 zero = 0;
	struct interp_task *to = bpf_map_lookup_elem(&tasks, &zero);
	__u64 size;

	if (!to)
		return;
	task_read(&s->python, to);
	if (to->state == CONTEXT_NONE)
		return;
	to->record = INTERP_TASK;
	to->pid = s->pid;
	to->tid = (__u32)s->number;
	to->time = s->time;
	size = offsetof(struct interp_task, bytes) + (to->name.copied & (INTERP_MOST_NAME - 1));
	bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, to, size);
}

#endif
