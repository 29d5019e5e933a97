/*
 * Runs at each sample, in the interrupted thread. It reads the thread's interpreter frames, which
 * cannot change meanwhile, and writes them before the sample (interp_wire.h). It keeps every
 * sample.
 */
#include "interp/bpf/current_process.h"
#include "interp/bpf/go_parts.h"
#include "interp/bpf/php_parts.h"
#include "interp/bpf/python_parts.h"
#include "interp/bpf/ruby_parts.h"
#include "interp/bpf/thread_context.h"

INLINE void begin_stack(struct scratch *s, const struct interp_config *c,
			const struct interp_target *t)
{
	s->sample++;
	s->pid = s->number >> 32;
	s->generation = c->generation;
	s->looked = s->nfresh = 0;
	s->outer = 0;
	s->stack.head.record = INTERP_STACK;
	s->stack.head.kind = t->kind;
	s->stack.head.pid = s->pid;
	s->stack.head.tid = (__u32)s->number;
	s->stack.head.time = s->time;
	s->stack.head.n = 0;
	s->stack.head.gil = INTERP_GIL_UNKNOWN;
	s->stack.head.several = 0;
	s->stack.head.proof = 0;
}

/* Begins the walk over the interpreter's frames, if the process runs one. */
SEC("perf_event") int interp_begin(void *ctx)
{
	__u32 zero = 0, pid;
	const struct interp_config *c = bpf_map_lookup_elem(&config, &zero);
	const struct interp_target *t;
	struct scratch *s = my_scratch();

	if (!c || !s)
		return 1;
	pid = s->number >> 32;
	t = bpf_map_lookup_elem(&targets, &pid);
	if (!t || !t->kind)
		return 1;
	begin_stack(s, c, t);
	if (t->kind == INTERP_PYTHON)
		begin_python(ctx, s, t, s->thread);
	else if (t->kind == INTERP_RUBY)
		begin_ruby(ctx, s, t, s->thread);
	else if (t->kind == INTERP_PHP)
		begin_php(ctx, s, t, s->thread);
	return 1;
}

SEC("perf_event") int interp_sample(void *ctx)
{
	__u32 zero = 0;
	const struct interp_config *c = bpf_map_lookup_elem(&config, &zero);
	const char *task = (const char *)bpf_get_current_task();
	const struct interp_target *t;
	struct scratch *s = my_scratch();

	if (!c || !s)
		return 1;
	s->time = bpf_ktime_get_ns();
	s->number = my_number(c);
	if (!(s->number >> 32))
		return 1;
	t = target_of(c, task, s->number >> 32, s->time);
	if (!t)
		return 1;
	s->thread = kernel_word(task + c->task_tls, 8);
	if (t->context_pid == s->number >> 32)
		write_context(ctx, t, s->number, s->time, s->thread);
	s->stack_pointer = user_stack_pointer(ctx, c, task);
	if (t->go.layout.labels)
		begin_go(ctx, s, t);
	if (t->kind)
		bpf_tail_call(ctx, &parts, BEGIN);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
