/*
 * Runs at each sample, in the interrupted thread. It reads the thread's interpreter frames, which
 * cannot change meanwhile, and writes them before the sample (interp_wire.h). It keeps every
 * sample.
 */
#include "interp/bpf/current_process.h"
#include "interp/bpf/php_parts.h"
#include "interp/bpf/python_parts.h"
#include "interp/bpf/ruby_parts.h"
#include "interp/bpf/thread_context.h"

INLINE void begin_stack(struct scratch *s, const struct interp_config *c,
			const struct interp_target *t, __u64 number, __u64 now)
{
	s->sample++;
	s->pid = number >> 32;
	s->generation = c->generation;
	s->looked = s->nfresh = 0;
	s->outer = 0;
	s->stack.head.record = INTERP_STACK;
	s->stack.head.kind = t->kind;
	s->stack.head.pid = s->pid;
	s->stack.head.tid = (__u32)number;
	s->stack.head.time = now;
	s->stack.head.n = 0;
	s->stack.head.gil = INTERP_GIL_UNKNOWN;
	s->stack.head.several = 0;
	s->stack.head.proof = 0;
}

SEC("perf_event") int interp_sample(void *ctx)
{
	__u32 zero = 0;
	const struct interp_config *c = bpf_map_lookup_elem(&config, &zero);
	const char *task = (const char *)bpf_get_current_task();
	const struct interp_target *t;
	struct scratch *s = my_scratch();
	__u64 number, now = bpf_ktime_get_ns(), thread;

	if (!c || !s)
		return 1;
	number = my_number(c);
	if (!(number >> 32))
		return 1;
	t = target_of(c, task, number >> 32, now);
	if (!t)
		return 1;
	thread = kernel_word(task + c->task_tls, 8);
	if (t->context_pid == number >> 32)
		write_context(ctx, t, number, now, thread);
	if (!t->kind)
		return 1;
	begin_stack(s, c, t, number, now);
	if (t->kind == INTERP_PYTHON)
		begin_python(ctx, s, t, thread);
	s->stack_pointer = user_stack_pointer(ctx, c, task);
	if (t->kind == INTERP_RUBY)
		begin_ruby(ctx, s, t, thread);
	else if (t->kind == INTERP_PHP)
		begin_php(ctx, s, t, thread);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
