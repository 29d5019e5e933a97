/*
 * Runs at each sample, in the interrupted thread: reads the thread's Python frames, which cannot
 * change meanwhile, and writes them before the sample (python_wire.h). It keeps every sample.
 *
 * A program for the kernel may run for a limited time only, so the work is in parts, each of
 * which ends by calling the next one. All that lasts from one to the next is in `scratch`: of one
 * CPU, where no other program of ours interrupts this one.
 */
#include <stdbool.h>
#include <stddef.h>

#include "interp/bpf/helpers.h"
#include "interp/python_wire.h"

enum {
	SEARCH,
	WALK,
	NAME, /* parts */
	FRAMES_A_PART = 48,
	LOOKS_A_PART = 64,
	NAMES_A_PART = 4,
};

#define WALK_INLINE INLINE

#define WALK_READ(w, to, n, address) (bpf_probe_read_user(to, n, (const void *)(address)) == 0)
#include "interp/python_walk.h"

struct scratch {
	struct walk walk;
	__u64 frame; /* the next */
	__u32 outer; /* the frames are those of the evaluator before the innermost */
	__u32 pid;
	__u32 looked; /* frames that were looked at for their names, */
	__u32 nfresh; /* and those of them that have none yet */
	__u32 fresh[NAMES_A_PART];
	struct python_stack stack;
};

struct code_key {
	__u32 pid, generation;
	__u64 code, id;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct python_target);
} targets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct code_key);
	__type(value, __u8);
} told SEC(".maps"); /* code objects whose names were written */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct python_config);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct python_names);
} names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 4096);
} output SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 << 10);
} questions SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
	__uint(max_entries, 3);
} parts SEC(".maps");

INLINE __u64 kernel_word(const void *at, __u32 size)
{
	__u64 word = 0;

	bpf_probe_read_kernel(&word, size == 4 ? 4 : 8, at);
	return word;
}

INLINE struct scratch *my_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

/* Of a new process, its parent may be known: after fork() it has the same memory. */
INLINE struct python_target *inherited(const struct python_config *c, const char *task, __u32 pid,
				       __u64 program)
{
	const char *parent = (const char *)kernel_word(task + c->task_parent, 8);
	__u32 ppid = (__u32)kernel_word(parent + c->task_pid, 4);
	struct python_target *t = bpf_map_lookup_elem(&targets, &ppid);

	if (!t || !t->known || t->program != program)
		return NULL;
	bpf_map_update_elem(&targets, &pid, t, BPF_ANY);
	return t;
}

INLINE void ask(struct python_target *t, __u32 pid, __u64 program, __u64 now)
{
	struct python_question q = { .program = program, .pid = pid };

	if (t && t->program == program) {
		if (now - t->asked < t->wait)
			return;
		t->asked = now;
	}
	bpf_ringbuf_output(&questions, &q, sizeof(q), BPF_RB_FORCE_WAKEUP);
}

INLINE void write_stack(void *ctx, struct scratch *s)
{
	__u64 n = s->stack.head.n & (PYTHON_MOST_FRAMES - 1);
	__u64 size;

	if (s->stack.head.n >= PYTHON_MOST_FRAMES)
		n = PYTHON_MOST_FRAMES - 1;
	s->stack.head.n = n;
	size = sizeof(s->stack.head) + n * sizeof(s->stack.frame[0]);
	if (size <= sizeof(s->stack))
		bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, &s->stack, size);
}

/* The state of the thread was found, or there is none. */
INLINE void begin_walk(void *ctx, struct scratch *s)
{
	if (s->stack.head.end == PYTHON_WHOLE)
		s->stack.head.end = walk_first_frame(&s->walk, &s->frame, false);
	if (s->stack.head.end == PYTHON_WHOLE && s->frame)
		bpf_tail_call(ctx, &parts, WALK);
	write_stack(ctx, s);
}

/* Process << 32 | thread, as the namespace of prof-record counts them; 0: it is in none of it. */
INLINE __u64 my_number(const struct python_config *c)
{
	struct bpf_pidns_info in = { 0 };

	if (!c->namespace_inode)
		return bpf_get_current_pid_tgid();
	if (bpf_get_ns_current_pid_tgid(c->namespace_device, c->namespace_inode, &in, sizeof(in)))
		return 0;
	return (__u64)in.tgid << 32 | in.pid;
}

SEC("perf_event") int python_sample(void *ctx)
{
	__u32 zero = 0, pid;
	const struct python_config *c = bpf_map_lookup_elem(&config, &zero);
	const char *task = (const char *)bpf_get_current_task();
	struct python_target *t;
	struct scratch *s = my_scratch();
	__u64 program, number, now = bpf_ktime_get_ns();

	if (!c || !s)
		return 1;
	number = my_number(c);
	pid = number >> 32;
	if (!pid)
		return 1;
	t = bpf_map_lookup_elem(&targets, &pid);
	program = kernel_word(task + c->task_program, c->program_size);
	if (!t && !c->namespace_inode)
		t = inherited(c, task, pid, program);
	/* One that was known before its first sample has that program. */
	if (t && t->known && !t->program)
		t->program = program;
	if (!t || !t->known || t->program != program) {
		ask(t, pid, program, now);
		return 1;
	}
	s->walk.target = *t;
	s->pid = pid;
	s->walk.file = 0;
	s->looked = 0;
	s->outer = 0;
	s->stack.head.record = PYTHON_STACK;
	s->stack.head.pid = pid;
	s->stack.head.tid = (__u32)number;
	s->stack.head.time = now;
	s->stack.head.n = 0;
	s->stack.head.end = walk_find_thread(&s->walk, kernel_word(task + c->task_tls, 8));
	if (s->stack.head.end == PYTHON_NO_THREAD)
		bpf_tail_call(ctx, &parts, SEARCH);
	begin_walk(ctx, s);
	return 1;
}

SEC("perf_event") int python_search(void *ctx)
{
	struct scratch *s = my_scratch();

	if (!s)
		return 1;
	s->stack.head.end = walk_threads(&s->walk);
	if (s->stack.head.end == PYTHON_NO_THREAD && s->walk.interp)
		bpf_tail_call(ctx, &parts, SEARCH);
	begin_walk(ctx, s);
	return 1;
}

SEC("perf_event") int python_walk(void *ctx)
{
	struct scratch *s = my_scratch();

	if (!s)
		return 1;
	for (int i = 0; i < FRAMES_A_PART && s->frame; i++) {
		struct python_frame *f =
			&s->stack.frame[s->stack.head.n & (PYTHON_MOST_FRAMES - 1)];

		s->stack.head.end = walk_frame(&s->walk, &s->frame, f);
		if (s->stack.head.end != PYTHON_WHOLE && !s->stack.head.n && !s->outer) {
			s->outer = 1;
			if (walk_first_frame(&s->walk, &s->frame, true) == PYTHON_WHOLE) {
				s->stack.head.end = PYTHON_WHOLE;
				continue;
			}
		}
		if (s->stack.head.end != PYTHON_WHOLE)
			break;
		if (++s->stack.head.n >= PYTHON_MOST_FRAMES - 1) {
			s->stack.head.end = PYTHON_DEEP;
			break;
		}
	}
	if (s->stack.head.end == PYTHON_WHOLE && s->frame)
		bpf_tail_call(ctx, &parts, WALK);
	bpf_tail_call(ctx, &parts, NAME);
	write_stack(ctx, s);
	return 1;
}

/* Copy the characters of a string behind the to->copied bytes that are there. */
INLINE void copy_string(struct walk *w, struct python_names *to, __u64 string,
			struct python_string *as)
{
	__u64 bytes, at;
	__u32 here = to->copied & 1023;

	as->length = as->copied = 0;
	if (!WALK_READ(w, w->string, 24, string + 16))
		return;
	as->length = (__u32)w->string[0];
	as->state = (__u32)w->string[2];
	at = walk_characters(&w->target.layout, string, w->string[0], as->state, &bytes);
	if (bytes > PYTHON_MOST_NAME - 1)
		bytes = PYTHON_MOST_NAME - 1;
	if (!WALK_READ(w, to->bytes + here, bytes & (PYTHON_MOST_NAME - 1), at))
		return;
	as->copied = (__u32)bytes;
	to->copied += as->copied;
}

/* And the table of lines, a PyBytesObject. */
INLINE void copy_lines(struct walk *w, struct python_names *to, __u64 table)
{
	__u64 bytes;
	__u32 here = to->copied & 1023;

	to->nlines = to->lines = 0;
	if (!WALK_READ(w, w->string, 8, table + 16))
		return;
	bytes = w->string[0];
	to->nlines = (__u32)bytes;
	if (bytes > PYTHON_MOST_LINES - 1)
		bytes = PYTHON_MOST_LINES - 1;
	if (!WALK_READ(w, to->bytes + here, bytes & (PYTHON_MOST_LINES - 1), table + 32))
		return;
	to->lines = (__u32)bytes;
	to->copied += to->lines;
}

INLINE void tell_names(void *ctx, struct scratch *s, const struct python_frame *f, __u32 generation)
{
	const struct python_layout *l = &s->walk.target.layout;
	struct code_key key = {
		.pid = s->pid, .generation = generation, .code = f->code, .id = f->id
	};
	__u32 zero = 0;
	struct python_names *to = bpf_map_lookup_elem(&names, &zero);
	__u64 size;
	__u8 yes = 1;

	if (!to || !WALK_READ(&s->walk, s->walk.code, PYTHON_CODE_BYTES, f->code))
		return;
	to->copied = 0;
	to->record = PYTHON_NAMES;
	to->pid = s->pid;
	to->code = f->code;
	to->id = f->id;
	to->version = l->version;
	to->kind_shift = l->kind_shift;
	to->line = WALK_FIELD(__u32, s->walk.code, l->code_line, PYTHON_CODE_BYTES);
	copy_string(&s->walk, to, walk_code_name(l, s->walk.code), &to->name);
	copy_string(&s->walk, to, WALK_FIELD(__u64, s->walk.code, l->code_file, PYTHON_CODE_BYTES),
		    &to->file);
	copy_lines(&s->walk, to, WALK_FIELD(__u64, s->walk.code, l->code_lines, PYTHON_CODE_BYTES));
	size = sizeof(*to) - sizeof(to->bytes) + (to->copied & 8191);
	if (size > sizeof(*to))
		return;
	if (bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, to, size) == 0)
		bpf_map_update_elem(&told, &key, &yes, BPF_ANY);
}

/* Has its names been told? */
INLINE bool is_told(const struct scratch *s, const struct python_frame *f, __u32 generation)
{
	struct code_key key = {
		.pid = s->pid, .generation = generation, .code = f->code, .id = f->id
	};

	return f->flags & PYTHON_SHIM || bpf_map_lookup_elem(&told, &key);
}

SEC("perf_event") int python_name(void *ctx)
{
	struct scratch *s = my_scratch();
	__u32 zero = 0;
	const struct python_config *c = bpf_map_lookup_elem(&config, &zero);

	if (!s || !c)
		return 1;
	s->nfresh = 0;
	for (int i = 0; i < LOOKS_A_PART && s->looked < s->stack.head.n; i++) {
		__u32 k = s->looked++ & (PYTHON_MOST_FRAMES - 1);

		if (is_told(s, &s->stack.frame[k], c->generation))
			continue;
		s->fresh[s->nfresh++ & (NAMES_A_PART - 1)] = k;
		if (s->nfresh >= NAMES_A_PART)
			break;
	}
	for (__u32 i = 0; i < NAMES_A_PART; i++)
		if (i < s->nfresh)
			tell_names(ctx, s, &s->stack.frame[s->fresh[i] & (PYTHON_MOST_FRAMES - 1)],
				   c->generation);
	if (s->looked < s->stack.head.n)
		bpf_tail_call(ctx, &parts, NAME);
	write_stack(ctx, s);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
