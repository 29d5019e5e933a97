/* The names of code objects: each is written once, as a struct code_names before the stack. */
#ifndef INTERP_BPF_NAMES_H
#define INTERP_BPF_NAMES_H

#include "interp/bpf/sample_frames.h"

enum { LOOKS_A_PART = 32 };

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

/*
 * Copies bytes to the record, after those that it has: at most `most` - 1, of which `most` is a
 * constant and a power of two. Returns how many; 0 if they cannot be read.
 */
INLINE __u32 copy_bytes(struct code_names *to, __u64 at, __u64 bytes, __u32 most)
{
	/* A bound for the verifier: what was copied before is less. */
	__u32 here = to->copied & (most > 2048 ? 1023 : 4095);

	if (bytes > most - 1)
		bytes = most - 1;
	__asm__(""
		: "+r"(bytes)); /* or the compiler leaves out the mask, which the verifier needs */
	if (bpf_probe_read_user(to->bytes + here, bytes & (most - 1), (const void *)at))
		return 0;
	to->copied += (__u32)bytes;
	return (__u32)bytes;
}

/*
 * Writes the record of names, and notes that it was written. A name whose page the process has not
 * touched yet, as after a fork, cannot be read here: prof-record or a later sample reads it.
 */
INLINE void tell(void *ctx, struct scratch *s, const struct code_names *to)
{
	struct code_key key = {
		.pid = s->pid, .generation = s->generation, .code = to->code, .id = to->id
	};
	__u64 size = sizeof(*to) - sizeof(to->bytes) + (to->copied & 8191);
	struct codes *c = my_codes();
	struct seen *seen;
	__u8 yes = 1;

	if (to->name.length && !to->name.copied)
		return;
	if (size > sizeof(*to) || bpf_perf_event_output(ctx, &output, BPF_F_CURRENT_CPU, to, size))
		return;
	bpf_map_update_elem(&told, &key, &yes, BPF_ANY);
	if (!c)
		return;
	seen = seen_at(c, to->code);
	if (seen->code == to->code && seen->id == to->id)
		seen->told = s->generation;
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

#endif
