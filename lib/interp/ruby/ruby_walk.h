/*
 * The steps from a Ruby thread to its control frames, for the BPF program and for readers of
 * memory.
 */
#ifndef INTERP_RUBY_WALK_H
#define INTERP_RUBY_WALK_H

#include "interp/tls_walk.h"

/* Offsets and flags that are the same in Ruby 3.0 to 4.0. */
enum {
	/* rb_execution_context_t: vm_stack, vm_stack_size, cfp */
	RUBY_CFP_PC = 0,
	RUBY_CFP_ISEQ = 2,
	RUBY_CFP_EP = 4, /* words of rb_control_frame_t */
	/* rb_iseq_t: flags, wrapper, body */
	RUBY_BODY_SIZE = 4, /* rb_iseq_constant_body */
	RUBY_BODY_CODE = 8,
	RUBY_BODY_PATH = 64,
	RUBY_BODY_LABEL = 80,
	RUBY_BODY_FIRST = 88,
	/* Flags of a frame, at *ep */
	RUBY_FINISH = 0x20, /* the evaluator was entered with it */
	RUBY_CFRAME = 0x80, /* the function is in C */
	RUBY_MAGIC = 0x7fff0001,
	RUBY_DUMMY = 0x79990001, /* the outermost frame, which runs no code */
	/* Flags of an object: */
	RUBY_TYPE = 0x1f,
	RUBY_STRING = 0x05,
	RUBY_ARRAY = 0x07,
	RUBY_IMEMO = 0x1a,
	RUBY_IMEMO_SHIFT = 12,    /* of the kind of an imemo: four bits */
	RUBY_IMEMO_ISEQ = 7,      /* a kind of imemo */
	RUBY_ELSEWHERE = 1 << 13, /* a string's characters are outside the object */
	RUBY_EMBEDDED = 1 << 13,  /* an array's elements are inside the object */
	RUBY_LENGTH_SHIFT = 14,   /* of an embedded string's length, until 3.1 */
	/* A table of instructions (ruby_lines.h) */
	RUBY_IMMEDIATE = 54,
	RUBY_TABLE_HEAD = 48,
	RUBY_TABLE_BLOCK = 80,
	RUBY_ALTERNATIVES = 16, /* size of an object's head; what follows depends on its flags */
	/* Bytes; a native stack of another size is one that is not described. */
	RUBY_LEAST_STACK = 1 << 14,
	RUBY_MOST_STACK = 1 << 30,
};

struct ruby_walk {
	struct ruby_place target;
	struct tls_walk tls;
	__u64 context[3];
	__u64 machine[3];
	__u64 frame[5];
	__u64 iseq[3];
	__u8 body[160];
	__u64 string[5];
	__u64 at, end; /* the next control frame, and the end of them */
	const struct interp_memory *memory;
};

/*
 * When fibers change, the native stack and the context do not change at once. Is the native stack
 * that of the context? Its size is less than what a thread may use, by up to a fifth.
 */
WALK_INLINE bool ruby_is_on_stack(struct ruby_walk *w, __u64 context, __u64 stack_pointer)
{
	__u64 size, used;

	/* Its beginning, where the thread last let others run, and its size. */
	if (!WALK_READ(w, w->machine, sizeof(w->machine), context + w->target.layout.machine))
		return false;
	size = w->machine[2];
	used = w->machine[0] - stack_pointer;
	return size < RUBY_LEAST_STACK || size > RUBY_MOST_STACK || used <= size + size / 4;
}

/* Begins at the innermost frame of the thread with those pointers; stack_pointer may be 0. */
WALK_INLINE __u32 ruby_begin(struct ruby_walk *w, __u64 thread, __u64 stack_pointer)
{
	__u64 context = 0;

	if (!WALK_TLS(w, &w->target.current, thread, &context) || !context)
		return INTERP_NO_THREAD;
	if (!WALK_READ(w, w->context, 24, context))
		return INTERP_UNREADABLE;
	if (stack_pointer && !ruby_is_on_stack(w, context, stack_pointer))
		return INTERP_SWITCHED;
	w->at = w->context[2];
	w->end = w->context[0] + w->context[1] * 8;
	return w->at > w->context[0] && w->at <= w->end ? INTERP_WHOLE : INTERP_UNREADABLE;
}

/*
 * Steps from a control frame to its caller's. f->code is 0 unless the frame is of a function in
 * Ruby; ruby_code() finds its id.
 */
WALK_INLINE __u32 ruby_frame(struct ruby_walk *w, struct interp_frame *f)
{
	__u64 flags;

	f->code = f->id = 0;
	f->flags = f->instruction = 0;
	if (!WALK_READ(w, w->frame, sizeof(w->frame), w->at))
		return INTERP_UNREADABLE;
	w->at += w->target.layout.cfp_size;
	if (w->at >= w->end)
		w->at = 0;
	if (!w->frame[RUBY_CFP_ISEQ] || !w->frame[RUBY_CFP_PC])
		return INTERP_WHOLE;
	if (!WALK_READ(w, &flags, 8, w->frame[RUBY_CFP_EP]))
		return INTERP_UNREADABLE;
	if (flags & RUBY_CFRAME || (flags & RUBY_MAGIC) == RUBY_DUMMY)
		return INTERP_WHOLE;
	f->code = w->frame[RUBY_CFP_ISEQ];
	f->flags = flags & RUBY_FINISH ? INTERP_ENTRY : 0;
	return INTERP_WHOLE;
}

/* Reads the head of a string. */
WALK_INLINE bool ruby_string(struct ruby_walk *w, __u64 string)
{
	return WALK_READ(w, w->string, sizeof(w->string), string) &&
	       (w->string[0] & RUBY_TYPE) == RUBY_STRING;
}

/* The address and the size in bytes of the characters of a string whose head was read. */
WALK_INLINE __u64 ruby_characters(const struct ruby_walk *w, __u64 string, __u64 *bytes)
{
	*bytes = w->string[2];
	if (w->string[0] & RUBY_ELSEWHERE)
		return w->string[3];
	if (w->target.layout.embed_at == RUBY_ALTERNATIVES)
		*bytes = w->string[0] >> RUBY_LENGTH_SHIFT & 31;
	return string + w->target.layout.embed_at;
}

/* The path of a file: a string, or the first of an array of two. 0: it cannot be read. */
WALK_INLINE __u64 ruby_path(struct ruby_walk *w, __u64 path)
{
	__u64 at = path + RUBY_ALTERNATIVES;

	if (!WALK_READ(w, w->string, sizeof(w->string), path))
		return 0;
	if ((w->string[0] & RUBY_TYPE) != RUBY_ARRAY)
		return path;
	if (!(w->string[0] & RUBY_EMBEDDED))
		at = w->string[4];
	return WALK_READ(w, w->string, 8, at) ? w->string[0] : 0;
}

/* Reads an instruction sequence, and computes an id that differs for others at its address. */
WALK_INLINE __u32 ruby_code(struct ruby_walk *w, __u64 code, __u64 *id)
{
	if (!WALK_READ(w, w->iseq, sizeof(w->iseq), code))
		return INTERP_UNREADABLE;
	if ((w->iseq[0] & RUBY_TYPE) != RUBY_IMEMO ||
	    (w->iseq[0] >> RUBY_IMEMO_SHIFT & 15) != RUBY_IMEMO_ISEQ)
		return INTERP_NO_CODE;
	if (!WALK_READ(w, w->body, RUBY_BODY_BYTES, w->iseq[2]) ||
	    !ruby_string(w, *(const __u64 *)(w->body + RUBY_BODY_LABEL)))
		return INTERP_UNREADABLE;
	*id = walk_mix(*(const __u64 *)(w->body + RUBY_BODY_CODE),
		       *(const __u64 *)(w->body + RUBY_BODY_PATH));
	*id = walk_mix(*id, *(const __u64 *)(w->body + RUBY_BODY_FIRST));
	*id = walk_mix(*id, *(const __u32 *)(w->body + RUBY_BODY_SIZE));
	for (int i = 2; i < 5; i++)
		*id = walk_mix(*id, w->string[i]);
	return INTERP_WHOLE;
}

/* The first line of a body that was read. */
WALK_INLINE __u32 ruby_first_line(const struct ruby_layout *l, const __u8 *body)
{
	__u32 first = *(const __u32 *)(body + RUBY_BODY_FIRST);

	return l->first_is_value ? first >> 1 : first;
}

/* The address of its table of lines, and that table's size in bytes. */
WALK_INLINE __u32 ruby_lines(const struct ruby_layout *l, const __u8 *body, __u64 *at)
{
	*at = WALK_FIELD(__u64, body, l->body_lines, RUBY_BODY_BYTES);
	return WALK_FIELD(__u32, body, l->body_nline, RUBY_BODY_BYTES) * l->entry_size;
}

/* The size of its table from instructions to entries (ruby_lines.h). */
WALK_INLINE __u32 ruby_table_size(const __u8 *body)
{
	__u32 n = *(const __u32 *)(body + RUBY_BODY_SIZE);

	return RUBY_TABLE_HEAD +
	       (n < RUBY_IMMEDIATE ? 0 : (n - RUBY_IMMEDIATE + 511) / 512 * RUBY_TABLE_BLOCK);
}

/* The number of the current instruction; the control frame and its code were read. */
WALK_INLINE __u32 ruby_instruction(const struct ruby_walk *w)
{
	__u64 code = *(const __u64 *)(w->body + RUBY_BODY_CODE);
	__u64 n = (w->frame[RUBY_CFP_PC] - code) / 8;

	/* The saved pc is that of the next instruction. */
	return n ? (__u32)n - 1 : 0;
}

#endif
