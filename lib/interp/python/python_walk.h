/*
 * The steps from a CPython thread to its frames, for the BPF program and for readers of memory.
 */
#ifndef INTERP_PYTHON_WALK_H
#define INTERP_PYTHON_WALK_H

#include "interp/tls_walk.h"

enum {
	WALK_THREAD_BYTES = 184,
	WALK_THREADS = 32, /* threads that one call of walk_threads() examines */
	WALK_BLOCK = 2048, /* bytes of frames that are read at once */
	WALK_PAGE = 4096,
	WALK_NEAR = 4 << 20, /* bytes of a thread's stack that are surely not another's */
};

/* A walk: the interpreter, and scratch memory for what is read. */
struct walk {
	struct python_place target;
	__u8 block[WALK_BLOCK + PYTHON_FRAME_BYTES]; /* frames; then a single one */
	__u64 block_at;                              /* address of the block; 0: not read */
	__u8 code[PYTHON_CODE_BYTES + 8];
	__u8 thread[192];
	__u64 tail[WALK_TAIL / 8];
	__u64 string[5]; /* of a PyASCIIObject: length, hash, state ... */
	__u64 file;      /* the last file name */
	__u64 file_id;   /* id of that */
	/* The search for a thread's state: */
	__u64 id;            /* of the thread */
	__u64 state, interp; /* the next to examine */
	__u64 found;
	struct tls_walk tls;
	bool several; /* there are several interpreters */
	__u64 proof;  /* as in struct interp_stack_head */
	__u64 base;   /* the outermost frame, if it runs nothing; or 0 */
	const struct interp_memory *memory;
};

/* The address of a string's characters, and their size in bytes. */
WALK_INLINE __u64 walk_characters(const struct python_layout *l, __u64 string, __u64 length,
				  __u32 state, __u64 *bytes)
{
	__u32 kind = state >> (l->kind_shift & 31);

	*bytes = length * (kind & 7);
	return string + (kind & 0x10 ? l->ascii_size : l->compact_size);
}

/*
 * Makes an id of a string from its length and its hash. CPython computes the hash when it first
 * needs it; until then the id is made from the string's last bytes.
 */
WALK_INLINE bool walk_string_id(struct walk *w, __u64 string, __u64 *id)
{
	__u64 bytes, at;

	if (!WALK_READ(w, w->string, 24, string + w->target.layout.object_size))
		return false;
	*id = walk_mix(w->string[0], w->string[1]);
	if (w->string[1] != ~0ull)
		return true;
	at = walk_characters(&w->target.layout, string, w->string[0], (__u32)w->string[2], &bytes);
	return walk_tail_id((struct walk_reader){ w->memory }, w->tail, at, bytes, id);
}

/* The same for a file name; the last one is remembered, since many frames share it. */
WALK_INLINE bool walk_file_id(struct walk *w, __u64 string, __u64 *id)
{
	if (string != w->file || !string) {
		if (!walk_string_id(w, string, &w->file_id))
			return false;
		w->file = string;
	}
	*id = w->file_id;
	return true;
}

WALK_INLINE __u64 walk_code_name(const struct python_layout *l, const __u8 *code)
{
	__u16 at = l->code_qualname == PYTHON_NONE ? l->code_name : l->code_qualname;

	return WALK_FIELD(__u64, code, at, PYTHON_CODE_BYTES);
}

/*
 * Reads a code object, and makes an id that differs for others at the same address, even if
 * their strings and tables are at the same addresses, too.
 */
WALK_INLINE __u32 walk_code(struct walk *w, __u64 code, __u64 *id)
{
	__u64 name, file, name_id, file_id;
	__u32 version;

	if (!code || !WALK_READ(w, w->code, PYTHON_CODE_BYTES, code))
		return code ? INTERP_UNREADABLE : INTERP_NO_CODE;
	if (WALK_FIELD(__u64, w->code, w->target.layout.object_size - 8u, PYTHON_CODE_BYTES) !=
	    w->target.code_type)
		return INTERP_NO_CODE;
	name = walk_code_name(&w->target.layout, w->code);
	*id = walk_mix(WALK_FIELD(__u32, w->code, w->target.layout.code_line, PYTHON_CODE_BYTES),
		       WALK_FIELD(__u64, w->code, w->target.layout.code_lines, PYTHON_CODE_BYTES));
	if (w->target.layout.code_version != PYTHON_NONE) {
		version = WALK_FIELD(__u32, w->code, w->target.layout.code_version,
				     PYTHON_CODE_BYTES);
		*id = walk_mix(*id ^ name, version);
		if (version)
			return INTERP_WHOLE;
	}
	file = WALK_FIELD(__u64, w->code, w->target.layout.code_file, PYTHON_CODE_BYTES);
	if (!walk_string_id(w, name, &name_id) || !walk_file_id(w, file, &file_id))
		return INTERP_UNREADABLE;
	*id = walk_mix(walk_mix(*id, name_id), file_id);
	return INTERP_WHOLE;
}

/*
 * Reads the block of memory that ends with a frame, as far as it is in one page: since 3.11
 * frames are contiguous, callers first.
 */
WALK_INLINE bool walk_block(struct walk *w, __u64 frame)
{
	__u64 start = frame - (WALK_BLOCK - PYTHON_FRAME_BYTES), page = frame & -(__u64)WALK_PAGE;

	if (start < page)
		start = page;
	w->block_at = 0;
	if (!WALK_READ(w, w->block, WALK_BLOCK, start))
		return false;
	w->block_at = start;
	return true;
}

/* The bytes of a frame; NULL if they cannot be read. */
WALK_INLINE const __u8 *walk_frame_bytes(struct walk *w, __u64 frame)
{
	if (frame & 7)
		return NULL;
	if (w->target.layout.instruction == PYTHON_POINTER &&
	    ((w->block_at && frame - w->block_at <= WALK_BLOCK - PYTHON_FRAME_BYTES) ||
	     walk_block(w, frame))) {
		__u64 at = frame - w->block_at;

		/* Keeps the compiler from removing the check, which the verifier requires. */
		__asm__ volatile("" : "+r"(at));
		if (at <= WALK_BLOCK - PYTHON_FRAME_BYTES)
			return w->block + at;
	}
	if (!WALK_READ(w, w->block + WALK_BLOCK, w->target.layout.frame_size & 127, frame))
		return NULL;
	return w->block + WALK_BLOCK;
}

/* The offset in bytes of a frame's current instruction. */
WALK_INLINE __u32 walk_instruction(const struct walk *w, const __u8 *bytes, __u64 code)
{
	__u16 at = w->target.layout.frame_instruction;

	if (w->target.layout.instruction == PYTHON_INDEX)
		return WALK_FIELD(__u32, bytes, at, PYTHON_FRAME_BYTES) * w->target.layout.unit;
	return (__u32)(WALK_FIELD(__u64, bytes, at, PYTHON_FRAME_BYTES) - code -
		       w->target.layout.code_start);
}

/*
 * Steps from a frame to its caller. f->code is 0 if the frame could not be read; walk_code()
 * finds its id.
 */
WALK_INLINE __u32 walk_frame(struct walk *w, __u64 *frame, struct interp_frame *f)
{
	const __u8 *bytes;
	__u64 at = *frame, code;

	f->code = 0;
	f->flags = 0;
	bytes = walk_frame_bytes(w, at);
	if (!bytes)
		return INTERP_UNREADABLE;
	*frame = WALK_FIELD(__u64, bytes, w->target.layout.frame_previous, PYTHON_FRAME_BYTES);
	if (*frame == w->base)
		*frame = 0;
	if (w->target.layout.frame_owner != PYTHON_NONE &&
	    WALK_FIELD(__u8, bytes, w->target.layout.frame_owner, PYTHON_FRAME_BYTES) >=
		    w->target.layout.shim_owner) {
		f->code = at;
		f->flags = INTERP_SHIM;
		return INTERP_WHOLE;
	}
	code = WALK_FIELD(__u64, bytes, w->target.layout.frame_code, PYTHON_FRAME_BYTES) &
	       ~(__u64)w->target.layout.code_mask;
	if (w->target.layout.frame_owner == PYTHON_NONE &&
	    (w->target.layout.frame_entry == PYTHON_NONE ||
	     WALK_FIELD(__u8, bytes, w->target.layout.frame_entry, PYTHON_FRAME_BYTES)))
		f->flags = INTERP_ENTRY;
	f->instruction = walk_instruction(w, bytes, code);
	f->code = code;
	f->id = 0;
	return INTERP_WHOLE;
}

/* Reads a thread state into w->thread. */
WALK_INLINE bool walk_thread(struct walk *w, __u64 state)
{
	return WALK_READ(w, w->thread, WALK_THREAD_BYTES, state);
}

/* Is w->thread the state of the thread whose pthread_self() is `thread`? */
WALK_INLINE bool walk_is_of(const struct walk *w, __u64 thread)
{
	return WALK_FIELD(__u64, w->thread, w->target.layout.thread_id, WALK_THREAD_BYTES) ==
	       thread;
}

/*
 * The innermost frame of the thread state in w->thread; 0: it runs no code. An evaluator
 * publishes its struct _PyCFrame before it sets the frame in it. If that frame is invalid,
 * `outer` asks for the frame of the evaluator before it.
 */
WALK_INLINE __u32 walk_first_frame(struct walk *w, __u64 *frame, bool outer)
{
	__u64 at = WALK_FIELD(__u64, w->thread, w->target.layout.thread_frame, WALK_THREAD_BYTES);
	__u16 field = w->target.layout.cframe_frame;

	w->base = w->target.layout.thread_base == PYTHON_NONE ?
			  0 :
			  WALK_FIELD(__u64, w->thread, w->target.layout.thread_base,
				     WALK_THREAD_BYTES);
	*frame = at == w->base ? 0 : at;
	if (field == PYTHON_NONE)
		return outer ? INTERP_UNREADABLE : INTERP_WHOLE;
	/* The pointer to the previous struct _PyCFrame follows the frame. */
	if (outer && !WALK_READ(w, &at, 8, at + field + 8))
		return INTERP_UNREADABLE;
	return WALK_READ(w, frame, 8, at + field) ? INTERP_WHOLE : INTERP_UNREADABLE;
}

/* Is there one interpreter only? In others, the thread may have another state. */
WALK_INLINE bool walk_is_single(const struct walk *w, __u64 interp)
{
	__u64 next;

	return WALK_READ(w, &next, 8, interp + w->target.layout.interp_next) && !next;
}

/* Does the thread say which state it runs? That may be one that another thread has made. */
WALK_INLINE bool walk_current(struct walk *w, __u64 thread)
{
	return w->target.has_current && WALK_TLS(w, &w->target.current, thread, &w->found) &&
	       w->found && walk_thread(w, w->found);
}

/*
 * With several interpreters, a thread has a state in each, and may run one that another thread has
 * made. Is the state in w->thread, which holds the GIL, the one that thread `id` runs? It is if a
 * variable of its evaluator, which it points to, is on the thread's stack. That ends below
 * pthread_self(), but that of the main thread does not, so this only says whether it may be there;
 * prof-record has a copy of the stack, and decides (interp_stack_head.proof).
 */
WALK_INLINE bool walk_may_run(struct walk *w, __u64 id)
{
	__u16 field = w->target.layout.thread_cframe;
	__u64 at = WALK_FIELD(__u64, w->thread, field, WALK_THREAD_BYTES);

	if (!field || !(walk_is_of(w, id) || id - at < WALK_NEAR))
		return false;
	w->proof = at;
	return true;
}

/*
 * Finds the state of the thread whose pthread_self() is `id`, and reads it into w->thread. The
 * thread state that holds the GIL is tried first; walk_threads() then examines all of them.
 */
WALK_INLINE __u32 walk_find_thread(struct walk *w, __u64 id)
{
	w->id = id;
	w->state = w->found = w->proof = 0;
	if (!WALK_READ(w, &w->interp, 8, w->target.runtime + w->target.layout.interpreters))
		return INTERP_UNREADABLE;
	w->several = !walk_is_single(w, w->interp);
	if (walk_current(w, id))
		return INTERP_WHOLE;
	w->found = 0;
	if (w->target.layout.current) {
		if (!WALK_READ(w, &w->state, 8, w->target.runtime + w->target.layout.current))
			return INTERP_UNREADABLE;
		if (w->state && walk_thread(w, w->state) &&
		    (w->several ? walk_may_run(w, id) : walk_is_of(w, id))) {
			w->found = w->state;
			return INTERP_WHOLE;
		}
	}
	return WALK_READ(w, &w->state, 8, w->interp + w->target.layout.interp_threads) ?
		       INTERP_NO_THREAD :
		       INTERP_UNREADABLE;
}

/*
 * Did the thread, whose state was found, hold the GIL? Only the thread itself sets and clears the
 * flag, and the pointer to its own state; it does so while it holds the GIL, or, in 3.13, together
 * with the lock.
 */
WALK_INLINE __u32 walk_gil(struct walk *w)
{
	const struct python_layout *l = &w->target.layout;
	__u64 current;

	if (l->status_gil &&
	    WALK_FIELD(__u32, w->thread, l->thread_status, WALK_THREAD_BYTES) & l->status_gil)
		return INTERP_GIL_HOLDS;
	if (l->status_gil)
		return l->thread_waits != PYTHON_NONE &&
				       WALK_FIELD(__u32, w->thread, l->thread_waits,
						  WALK_THREAD_BYTES) ?
			       INTERP_GIL_WAITS :
			       INTERP_GIL_NONE;
	if (!l->current || !WALK_READ(w, &current, 8, w->target.runtime + l->current))
		return INTERP_GIL_UNKNOWN;
	return current == w->found ? INTERP_GIL_HOLDS : INTERP_GIL_NONE;
}

/* Continues the search over WALK_THREADS threads. It is complete when w->interp is 0. */
WALK_INLINE __u32 walk_threads(struct walk *w)
{
	for (int i = 0; i < WALK_THREADS; i++) {
		if (!w->state) {
			if (!WALK_READ(w, &w->interp, 8, w->interp + w->target.layout.interp_next))
				return INTERP_UNREADABLE;
			if (!w->interp)
				break;
			if (!WALK_READ(w, &w->state, 8,
				       w->interp + w->target.layout.interp_threads))
				return INTERP_UNREADABLE;
			continue;
		}
		if (!walk_thread(w, w->state))
			return INTERP_UNREADABLE;
		if (walk_is_of(w, w->id)) {
			if (w->found)
				return INTERP_TWO;
			w->found = w->state;
		}
		w->state = WALK_FIELD(__u64, w->thread, w->target.layout.thread_next,
				      WALK_THREAD_BYTES);
	}
	if (w->interp || !w->found)
		return INTERP_NO_THREAD;
	return walk_thread(w, w->found) && walk_is_of(w, w->id) ? INTERP_WHOLE : INTERP_UNREADABLE;
}

#endif
