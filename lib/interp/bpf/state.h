/*
 * The state of the BPF program: its maps, and what its parts share while they run for a sample.
 *
 * The kernel limits the length of a BPF program, so the work is in parts, each of which ends in
 * a tail call of the next one. Parts share their state in `scratch`, one for each CPU, where no
 * other program of prof interrupts them.
 */
#ifndef INTERP_BPF_STATE_H
#define INTERP_BPF_STATE_H

#include "interp/bpf/walks.h"

/* Keys of `parts`; interp_program.c has their names. */
enum interp_part {
	GO_LABELS,
	BEGIN,
	PYTHON_SEARCH,
	PYTHON_WALK,
	PYTHON_NAME,
	RUBY_WALK,
	RUBY_NAME,
	PHP_WALK,
	PHP_NAME,
	PARTS,
};

enum {
	NAMES_A_PART = 2,
	MOST_SEEN = 256, /* a power of two */
};

/* A code object that was seen recently. */
struct seen {
	__u64 code, id;
	__u64 sample; /* the number of the last one: it cannot change before the next */
	__u32 pid;
	__u32 told; /* the generation in which its names were written */
};

struct scratch {
	union {
		struct go_walk go;
		struct walk python;
		struct ruby_walk ruby;
		struct php_walk php;
	};
	__u64 number;        /* process << 32 | thread */
	__u64 thread;        /* the thread pointer */
	__u64 time;          /* of the sample, as of bpf_ktime_get_ns() */
	__u64 sample;        /* its number on this CPU */
	__u64 frame;         /* the next one to read */
	__u64 stack_pointer; /* of the thread's own code; 0: not known */
	__u32 outer;         /* the frames are those of the evaluator before the innermost */
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
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct interp_target);
} unknown SEC(".maps"); /* the target of a process of which nothing is known */

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

#endif
