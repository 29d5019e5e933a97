/* The interrupted process: its number, and what prof-record knows about it. */
#ifndef INTERP_BPF_CURRENT_PROCESS_H
#define INTERP_BPF_CURRENT_PROCESS_H

#include "interp/bpf/state.h"

/* Reads a number of 4 or 8 bytes of the kernel. */
INLINE __u64 kernel_word(const void *at, __u32 size)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, size == 4 ? 4 : 8, at);
	return word;
}

/*
 * A thread that is in the kernel has left its registers at the end of its kernel stack. With
 * interrupts that return by FRED, 16 bytes follow.
 */
enum {
	REGISTER_SP =
		19, /* words of x86-64's struct pt_regs, with which a sample's context begins */
	KERNEL_STACK = 16384,
	SAVED_CS = 1, /* of the last five words: ip, cs, flags, sp, ss */
	SAVED_SP = 3,
	SAVED_SS = 4,
	USER_CS = 0x33,
	USER_SS = 0x2b,
};

/* The stack pointer of the thread's own code; 0: it is not known. */
INLINE __u64 user_stack_pointer(const void *ctx, const struct interp_config *c, const char *task)
{
	__u64 sp = ((const __u64 *)ctx)[REGISTER_SP], saved[5] = { 0 };
	const char *end;

	if (!(sp >> 63))
		return sp;
	end = (const char *)kernel_word(task + c->task_stack, 8) + KERNEL_STACK;
	for (__u64 padding = 0; padding <= 16; padding += 16) {
		if (bpf_probe_read_kernel(saved, sizeof(saved), end - padding - sizeof(saved)))
			return 0;
		if ((saved[SAVED_CS] & 0xffff) == USER_CS && (saved[SAVED_SS] & 0xffff) == USER_SS)
			return saved[SAVED_SP];
	}
	return 0;
}

/* Process << 32 | thread in prof-record's PID namespace; 0: the process is not in it. */
INLINE __u64 my_number(const struct interp_config *c)
{
	struct bpf_pidns_info in = { 0 };

	if (!c->namespace_inode)
		return bpf_get_current_pid_tgid();
	if (bpf_get_ns_current_pid_tgid(c->namespace_device, c->namespace_inode, &in, sizeof(in)))
		return 0;
	return (__u64)in.tgid << 32 | in.pid;
}

/* A question that was not answered after so many ns may be lost. */
enum { ANSWER_WAIT_NS = 10000000 };

INLINE bool is_recorded(const struct interp_target *t)
{
	return t->kind || t->context_pid || t->go.layout.labels;
}

/* Was prof-record asked about the program of this row, and has not answered yet? */
INLINE bool is_unanswered(const struct interp_target *t)
{
	return !is_recorded(t) && !t->wait;
}

/* Notes a question about a process of which no row tells what it runs now. */
INLINE void note_question(struct interp_target *t, __u32 pid, __u64 program, __u64 now)
{
	__u32 zero = 0;
	struct interp_target *row = t ? t : bpf_map_lookup_elem(&unknown, &zero);

	if (!row)
		return;
	row->kind = row->is_unfinished = row->context_pid = 0;
	row->go.layout.labels = 0;
	row->wait = 0;
	row->program = program;
	row->asked = now;
	if (!t)
		bpf_map_update_elem(&targets, &pid, row, BPF_NOEXIST);
}

/* Asks prof-record what the process runs, unless it was asked lately. */
INLINE void ask(struct interp_target *t, __u32 pid, __u64 program, __u64 now)
{
	struct interp_question q = { .program = program, .pid = pid };

	if (t && t->program == program) {
		if (now - t->asked < (is_unanswered(t) ? ANSWER_WAIT_NS : t->wait))
			return;
		t->asked = now;
	} else {
		note_question(t, pid, program, now);
	}
	bpf_ringbuf_output(&questions, &q, sizeof(q), BPF_RB_FORCE_WAKEUP);
}

/* The target of a new process's parent: after fork() both have the same memory. */
INLINE struct interp_target *inherited(const struct interp_config *c, const char *task, __u32 pid,
				       __u64 program, __u64 now)
{
	const char *parent = (const char *)kernel_word(task + c->task_parent, 8);
	__u32 ppid = (__u32)kernel_word(parent + c->task_pid, 4);
	struct interp_target *t = bpf_map_lookup_elem(&targets, &ppid);

	/* A parent that only waits has no sample of its own: what it runs is noted, and asked, here. */
	if (kernel_word(parent + c->task_program, c->program_size) != program)
		return NULL;
	if (t && t->kind && !t->program)
		t->program = program;
	if (!t || !t->kind || t->program != program) {
		ask(t, ppid, program, now);
		return NULL;
	}
	/* Its thread contexts are not the child's, which publishes its own: see context_pid. */
	bpf_map_update_elem(&targets, &pid, t, BPF_ANY);
	return t;
}

/* The target of the process. NULL: nothing is to be read of it, or that is not known yet. */
INLINE struct interp_target *target_of(const struct interp_config *c, const char *task, __u32 pid,
				       __u64 now)
{
	struct interp_target *t = bpf_map_lookup_elem(&targets, &pid), *parents = NULL;
	__u64 program = kernel_word(task + c->task_program, c->program_size);

	if ((!t || (t->program == program && is_unanswered(t))) && !c->namespace_inode)
		parents = inherited(c, task, pid, program, now);
	if (parents)
		t = parents;
	/* A process that was known before its first sample runs the program that it had then. */
	if (t && is_recorded(t) && !t->program)
		t->program = program;
	if (!t || !t->kind || t->is_unfinished || t->program != program)
		ask(t, pid, program, now);
	return t && is_recorded(t) && t->program == program ? t : NULL;
}

#endif
