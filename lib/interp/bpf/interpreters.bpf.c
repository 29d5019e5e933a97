/*
 * Runs at each sample, in the interrupted thread. It reads the thread's interpreter frames, which
 * cannot change meanwhile, and writes them before the sample (interp_wire.h). It keeps every
 * sample.
 *
 * The kernel limits the length of a BPF program, so the work is in parts, each of which ends in
 * a tail call of the next one. Parts share their state in `scratch`, one for each CPU, where no
 * other program of prof interrupts them.
 *
 * The verifier follows every path through a part, and through each iteration of a loop. It
 * verifies a function that is not static only once, so loops call such functions.
 */
#include <stdbool.h>
#include <stddef.h>

#include "interp/bpf/helpers.h"
#include "interp/interp_wire.h"

enum {
	PYTHON_SEARCH,
	PYTHON_WALK,
	PYTHON_NAME,
	RUBY_WALK,
	RUBY_NAME,
	PARTS,
	FRAMES_A_CALL = 4,
	LOOKS_A_PART = 32,
	NAMES_A_PART = 2,
	MOST_SEEN = 256, /* a power of two */
};

#define WALK_INLINE INLINE

#define WALK_READ(w, to, n, address) (bpf_probe_read_user(to, n, (const void *)(address)) == 0)
#include "interp/python_walk.h"
#include "interp/ruby_walk.h"

/* With gcc-bpf there are no calls: libbpf misreads the relocations that its assembler writes. */
#ifdef __clang__
#define CHECKED_ONCE __attribute__((noinline))
enum { CALLS_A_PART = 16 };
#else
#define CHECKED_ONCE INLINE
enum { CALLS_A_PART = 8 };
#endif

/* A code object that was seen recently. */
struct seen {
	__u64 code, id;
	__u64 sample; /* the number of the last one: it cannot change before the next */
	__u32 pid;
	__u32 told; /* the generation in which its names were written */
};

struct scratch {
	union {
		struct walk python;
		struct ruby_walk ruby;
	};
	__u64 sample; /* its number on this CPU */
	__u64 frame;  /* the next one to read */
	__u32 outer;  /* the frames are those of the evaluator before the innermost */
	__u32 pid, generation;
	__u32 nfresh; /* frames that may have no names yet */
	__u32 looked; /* how many of them were checked */
	__u32 ntell;
	__u32 tell[NAMES_A_PART];
	struct interp_stack stack;
};

/* Not in `scratch`, since a per-CPU value has at most 32 KiB. */
struct codes {
	__u32 fresh[INTERP_MOST_FRAMES]; /* frames, by number */
	struct seen seen[MOST_SEEN];
};

struct code_key {
	__u32 pid, generation;
	__u64 code, id;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct interp_target);
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
	__type(value, struct interp_config);
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
	__type(value, struct codes);
} codes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct code_names);
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
	__uint(max_entries, PARTS);
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

INLINE struct codes *my_codes(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&codes, &zero);
}

/* The target of a new process's parent: after fork() both have the same memory. */
INLINE struct interp_target *inherited(const struct interp_config *c, const char *task, __u32 pid,
				       __u64 program)
{
	const char *parent = (const char *)kernel_word(task + c->task_parent, 8);
	__u32 ppid = (__u32)kernel_word(parent + c->task_pid, 4);
	struct interp_target *t = bpf_map_lookup_elem(&targets, &ppid);

	if (!t || !t->kind || t->program != program)
		return NULL;
	bpf_map_update_elem(&targets, &pid, t, BPF_ANY);
	return t;
}

INLINE void ask(struct interp_target *t, __u32 pid, __u64 program, __u64 now)
{
	struct interp_question q = { .program = program, .pid = pid };

	if (t && t->program == program) {
		if (now - t->asked < t->wait)
			return;
		t->asked = now;
	}
	bpf_ringbuf_output(&questions, &q, sizeof(q), BPF_RB_FORCE_WAKEUP);
}

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

/* Frames */

/* The entry for `code`. It may hold another code object, even at another address. */
INLINE struct seen *seen_at(struct codes *c, __u64 code)
{
	return &c->seen[code * 0x9e3779b97f4a7c15ull >> 56 & (MOST_SEEN - 1)];
}

INLINE struct interp_frame *next_frame(struct scratch *s)
{
	return &s->stack.frame[s->stack.head.n & (INTERP_MOST_FRAMES - 1)];
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

INLINE bool is_known(const struct scratch *s, const struct seen *seen, __u64 code)
{
	return seen->sample == s->sample && seen->code == code;
}

/* Counts a frame that was put on the stack. */
INLINE void add_frame(struct scratch *s)
{
	if (++s->stack.head.n >= INTERP_MOST_FRAMES - 1)
		s->stack.head.end = INTERP_DEEP;
}

INLINE bool goes_on(const struct scratch *s)
{
	return s->stack.head.end == INTERP_WHOLE && s->frame;
}

INLINE void python_step(struct scratch *s, struct codes *c)
{
	struct interp_frame *f = next_frame(s);
	__u32 end = walk_frame(&s->python, &s->frame, f);

	if (end == INTERP_WHOLE && !(f->flags & INTERP_SHIM)) {
		struct seen *seen = seen_at(c, f->code);

		if (is_known(s, seen, f->code)) {
			f->id = seen->id;
		} else {
			end = walk_code(&s->python, f->code, &f->id);
			if (end == INTERP_WHOLE)
				note_code(s, c, seen, f);
		}
	}
	if (end != INTERP_WHOLE && !s->stack.head.n && !s->outer) {
		s->outer = 1;
		if (walk_first_frame(&s->python, &s->frame, true) == INTERP_WHOLE)
			return;
	}
	s->stack.head.end = end;
	if (end == INTERP_WHOLE)
		add_frame(s);
}

CHECKED_ONCE int python_frames(void)
{
	struct scratch *s = my_scratch();
	struct codes *c = my_codes();

	for (int i = 0; s && c && i < FRAMES_A_CALL && goes_on(s); i++)
		python_step(s, c);
	return s && goes_on(s);
}

INLINE void ruby_step(struct scratch *s, struct codes *c)
{
	struct interp_frame *f = next_frame(s);
	struct seen *seen;
	__u32 end = ruby_frame(&s->ruby, f);

	s->frame = s->ruby.at;
	if (end == INTERP_WHOLE && !f->code)
		return;
	if (end == INTERP_WHOLE)
		end = ruby_code(&s->ruby, f->code, &f->id);
	s->stack.head.end = end;
	if (end != INTERP_WHOLE)
		return;
	f->instruction = ruby_instruction(&s->ruby);
	seen = seen_at(c, f->code);
	if (!is_known(s, seen, f->code))
		note_code(s, c, seen, f);
	add_frame(s);
}

CHECKED_ONCE int ruby_frames(void)
{
	struct scratch *s = my_scratch();
	struct codes *c = my_codes();

	for (int i = 0; s && c && i < FRAMES_A_CALL && goes_on(s); i++)
		ruby_step(s, c);
	return s && goes_on(s);
}

/* Begins the walk, once the thread's state was found or is known not to exist. */
INLINE void begin_walk(void *ctx, struct scratch *s)
{
	if (s->stack.head.end == INTERP_WHOLE)
		s->stack.head.end = walk_first_frame(&s->python, &s->frame, false);
	if (goes_on(s))
		bpf_tail_call(ctx, &parts, PYTHON_WALK);
	write_stack(ctx, s);
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

INLINE void begin_python(void *ctx, struct scratch *s, const struct interp_target *t, __u64 thread)
{
	s->python.target = t->python;
	s->python.file = 0;
	s->python.block_at = 0;
	s->stack.head.end = walk_find_thread(&s->python, thread);
	if (s->stack.head.end == INTERP_NO_THREAD)
		bpf_tail_call(ctx, &parts, PYTHON_SEARCH);
	begin_walk(ctx, s);
}

INLINE void begin_ruby(void *ctx, struct scratch *s, const struct interp_target *t, __u64 thread)
{
	s->ruby.target = t->ruby;
	s->stack.head.end = ruby_begin(&s->ruby, thread);
	s->frame = s->ruby.at;
	if (s->stack.head.end == INTERP_WHOLE)
		bpf_tail_call(ctx, &parts, RUBY_WALK);
	write_stack(ctx, s);
}

SEC("perf_event") int interp_sample(void *ctx)
{
	__u32 zero = 0, pid;
	const struct interp_config *c = bpf_map_lookup_elem(&config, &zero);
	const char *task = (const char *)bpf_get_current_task();
	struct interp_target *t;
	struct scratch *s = my_scratch();
	__u64 program, number, now = bpf_ktime_get_ns(), thread;

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
	/* A process that was known before its first sample runs the program that it had then. */
	if (t && t->kind && !t->program)
		t->program = program;
	if (!t || !t->kind || t->program != program) {
		ask(t, pid, program, now);
		return 1;
	}
	s->sample++;
	s->pid = pid;
	s->generation = c->generation;
	s->looked = s->nfresh = 0;
	s->outer = 0;
	s->stack.head.record = INTERP_STACK;
	s->stack.head.kind = t->kind;
	s->stack.head.pid = pid;
	s->stack.head.tid = (__u32)number;
	s->stack.head.time = now;
	s->stack.head.n = 0;
	thread = kernel_word(task + c->task_tls, 8);
	if (t->kind == INTERP_PYTHON)
		begin_python(ctx, s, t, thread);
	else if (t->kind == INTERP_RUBY)
		begin_ruby(ctx, s, t, thread);
	return 1;
}

SEC("perf_event") int python_search(void *ctx)
{
	struct scratch *s = my_scratch();

	if (!s)
		return 1;
	s->stack.head.end = walk_threads(&s->python);
	if (s->stack.head.end == INTERP_NO_THREAD && s->python.interp)
		bpf_tail_call(ctx, &parts, PYTHON_SEARCH);
	begin_walk(ctx, s);
	return 1;
}

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

SEC("perf_event") int python_walk(void *ctx)
{
	struct scratch *s = my_scratch();

	for (int i = 0; i < CALLS_A_PART && python_frames(); i++)
		;
	if (s)
		go_on(ctx, s, PYTHON_WALK, PYTHON_NAME);
	return 1;
}

SEC("perf_event") int ruby_walk(void *ctx)
{
	struct scratch *s = my_scratch();

	for (int i = 0; i < CALLS_A_PART && ruby_frames(); i++)
		;
	if (s)
		go_on(ctx, s, RUBY_WALK, RUBY_NAME);
	return 1;
}

/* Names */

/* Copies the characters of a string after the first to->copied bytes. */
INLINE void copy_string(struct walk *w, struct code_names *to, __u64 string,
			struct interp_string *as)
{
	__u64 bytes, at;
	__u32 here = to->copied & 1023;

	as->length = as->copied = 0;
	if (!WALK_READ(w, w->string, 24, string + 16))
		return;
	as->length = (__u32)w->string[0];
	as->state = (__u32)w->string[2];
	at = walk_characters(&w->target.layout, string, w->string[0], as->state, &bytes);
	if (bytes > INTERP_MOST_NAME - 1)
		bytes = INTERP_MOST_NAME - 1;
	if (!WALK_READ(w, to->bytes + here, bytes & (INTERP_MOST_NAME - 1), at))
		return;
	as->copied = (__u32)bytes;
	to->copied += as->copied;
}

/* Copies the table of lines, a PyBytesObject. */
INLINE void copy_lines(struct walk *w, struct code_names *to, __u64 table)
{
	__u64 bytes;
	__u32 here = to->copied & 1023;

	to->nlines = to->lines = 0;
	if (!WALK_READ(w, w->string, 8, table + 16))
		return;
	bytes = w->string[0];
	to->nlines = (__u32)bytes;
	if (bytes > INTERP_MOST_LINES - 1)
		bytes = INTERP_MOST_LINES - 1;
	if (!WALK_READ(w, to->bytes + here, bytes & (INTERP_MOST_LINES - 1), table + 32))
		return;
	to->lines = (__u32)bytes;
	to->copied += to->lines;
}

/* Writes the record of names, and notes that it was written. */
INLINE void tell(void *ctx, struct scratch *s, const struct code_names *to)
{
	struct code_key key = {
		.pid = s->pid, .generation = s->generation, .code = to->code, .id = to->id
	};
	__u64 size = sizeof(*to) - sizeof(to->bytes) + (to->copied & 8191);
	struct codes *c = my_codes();
	struct seen *seen;
	__u8 yes = 1;

	if (size > sizeof(*to) || bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, to, size))
		return;
	bpf_map_update_elem(&told, &key, &yes, BPF_ANY);
	if (!c)
		return;
	seen = seen_at(c, to->code);
	if (seen->code == to->code && seen->id == to->id)
		seen->told = s->generation;
}

INLINE struct code_names *begin_names(const struct scratch *s, const struct interp_frame *f)
{
	__u32 zero = 0;
	struct code_names *to = bpf_map_lookup_elem(&names, &zero);

	if (to) {
		to->record = INTERP_NAMES;
		to->kind = s->stack.head.kind;
		to->pid = s->pid;
		to->code = f->code;
		to->id = f->id;
		to->copied = 0;
	}
	return to;
}

INLINE void python_names(void *ctx, struct scratch *s, const struct interp_frame *f)
{
	struct walk *w = &s->python;
	const struct python_layout *l = &w->target.layout;
	struct code_names *to = begin_names(s, f);

	if (!to || !WALK_READ(w, w->code, PYTHON_CODE_BYTES, f->code))
		return;
	to->version = l->version;
	to->kind_shift = l->kind_shift;
	to->line = WALK_FIELD(__u32, w->code, l->code_line, PYTHON_CODE_BYTES);
	copy_string(w, to, walk_code_name(l, w->code), &to->name);
	copy_string(w, to, WALK_FIELD(__u64, w->code, l->code_file, PYTHON_CODE_BYTES), &to->file);
	copy_lines(w, to, WALK_FIELD(__u64, w->code, l->code_lines, PYTHON_CODE_BYTES));
	tell(ctx, s, to);
}

/* Copies at most `most` - 1 bytes; `most` is a power of two. */
INLINE __u32 copy_bytes(struct code_names *to, __u64 at, __u64 bytes, __u32 most)
{
	__u32 here = to->copied & 4095;

	if (bytes > most - 1)
		bytes = most - 1;
	if (bpf_probe_read_user(to->bytes + here, bytes & (most - 1), (const void *)at))
		return 0;
	to->copied += (__u32)bytes;
	return (__u32)bytes;
}

INLINE void copy_ruby_string(struct ruby_walk *w, struct code_names *to, __u64 string,
			     struct interp_string *as)
{
	__u64 bytes, at;

	as->length = as->copied = as->state = 0;
	if (!string || !ruby_string(w, string))
		return;
	at = ruby_characters(w, string, &bytes);
	as->length = (__u32)bytes;
	as->copied = copy_bytes(to, at, bytes, INTERP_MOST_NAME);
}

INLINE void ruby_names(void *ctx, struct scratch *s, const struct interp_frame *f)
{
	struct ruby_walk *w = &s->ruby;
	const struct ruby_layout *l = &w->target.layout;
	struct code_names *to = begin_names(s, f);
	__u64 id, lines, table;

	if (!to || ruby_code(w, f->code, &id) != INTERP_WHOLE || id != f->id)
		return;
	to->version = l->version;
	to->line = ruby_first_line(l, w->body);
	to->nlines = ruby_lines(l, w->body, &lines);
	copy_ruby_string(w, to, *(const __u64 *)(w->body + RUBY_BODY_LABEL), &to->name);
	copy_ruby_string(w, to, ruby_path(w, *(const __u64 *)(w->body + RUBY_BODY_PATH)),
			 &to->file);
	to->lines = copy_bytes(to, lines, to->nlines, RUBY_MOST_LINES);
	table = WALK_FIELD(__u64, w->body, l->body_table, RUBY_BODY_BYTES);
	to->table = copy_bytes(to, table, ruby_table_size(w->body), RUBY_MOST_TABLE);
	tell(ctx, s, to);
}

/* Were the names of the frame's code object written before? */
INLINE bool is_told(const struct scratch *s, struct codes *c, const struct interp_frame *f)
{
	struct code_key key = {
		.pid = s->pid, .generation = s->generation, .code = f->code, .id = f->id
	};
	struct seen *seen = seen_at(c, f->code);

	if (!bpf_map_lookup_elem(&told, &key))
		return false;
	if (seen->code == f->code && seen->id == f->id)
		seen->told = s->generation;
	return true;
}

INLINE struct interp_frame *frame_at(struct scratch *s, __u32 i)
{
	return &s->stack.frame[i & (INTERP_MOST_FRAMES - 1)];
}

/* Chooses the code objects whose names to write next. */
CHECKED_ONCE int choose_names(void)
{
	struct scratch *s = my_scratch();
	struct codes *c = my_codes();

	if (!s || !c)
		return 0;
	s->ntell = 0;
	for (int i = 0; i < LOOKS_A_PART && s->looked < s->nfresh; i++) {
		__u32 k = c->fresh[s->looked++ & (INTERP_MOST_FRAMES - 1)];

		if (is_told(s, c, frame_at(s, k)))
			continue;
		s->tell[s->ntell++ & (NAMES_A_PART - 1)] = k;
		if (s->ntell >= NAMES_A_PART)
			break;
	}
	return 0;
}

SEC("perf_event") int python_name(void *ctx)
{
	struct scratch *s = my_scratch();

	choose_names();
	if (!s)
		return 1;
	for (__u32 i = 0; i < NAMES_A_PART; i++)
		if (i < s->ntell)
			python_names(ctx, s, frame_at(s, s->tell[i]));
	if (s->looked < s->nfresh)
		bpf_tail_call(ctx, &parts, PYTHON_NAME);
	write_stack(ctx, s);
	return 1;
}

SEC("perf_event") int ruby_name(void *ctx)
{
	struct scratch *s = my_scratch();

	choose_names();
	if (!s)
		return 1;
	for (__u32 i = 0; i < NAMES_A_PART; i++)
		if (i < s->ntell)
			ruby_names(ctx, s, frame_at(s, s->tell[i]));
	if (s->looked < s->nfresh)
		bpf_tail_call(ctx, &parts, RUBY_NAME);
	write_stack(ctx, s);
	return 1;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
