/*
 * The steps from PHP's executor globals to its frames, for the BPF program and for readers of
 * memory. One call of the evaluator, execute_ex(), runs several functions; a run ends with the
 * frame that it was entered with (ZEND_CALL_TOP).
 */
#ifndef INTERP_PHP_WALK_H
#define INTERP_PHP_WALK_H

#include "interp/tls_walk.h"

/* Offsets and values that are the same in PHP 8.0 to 8.5. */
enum {
	/* Words of zend_execute_data */
	PHP_OPLINE = 0,
	PHP_FUNCTION = 3,
	PHP_THIS = 4, /* a zval: the object; then flags, and the number of arguments */
	PHP_CALL = 5,
	PHP_CALLER = 6,
	PHP_TOP = 1 << 17, /* flag of a call: the evaluator was entered with it */
	/* zend_function: its type is the first byte */
	PHP_FUNCTION_NAME = 1,
	PHP_SCOPE = 2, /* words: zend_string *, zend_class_entry * */
	PHP_INTERNAL = 1,
	PHP_USER = 2,
	PHP_EVALUATED = 4, /* types */
	PHP_CLASS_NAME = 8,
	PHP_OP_LINE = 24,  /* zend_op.lineno */
	PHP_OP_BYTES = 32, /* sizeof(zend_op) */
	/* zend_string: its hash, its length; then its characters */
	PHP_STRING_HASH = 8,
	PHP_STRING_TEXT = 24,
	/* The lowest bits of a function's id: what its name depends on */
	PHP_ID_C = 1,    /* a function in C */
	PHP_ID_MAIN = 2, /* the evaluator was entered with it */
	PHP_ID_EVAL = 4,
	PHP_ID_FLAGS = 7,
	/* Bytes: a fiber's native stack, unless fiber.stack_size is set, less what begins it */
	PHP_FIBER_STACK = (2 << 20) - 4096,
	PHP_STACK = 128 << 20, /* the kernel maps nothing else so near to a process's stack */
};

struct php_walk {
	struct php_place target;
	struct tls_walk tls;
	__u64 globals; /* address of the thread's executor globals */
	__u64 frame[7];
	__u64 function[3];
	/* Of the last function that php_code() has read: */
	__u64 read;        /* its address; 0: it could not be read */
	__u64 opcodes;     /* its instructions; 0: it is in C */
	__u32 count;       /* of instructions */
	__u32 first, last; /* its lines */
	__u64 file;        /* address of its file's name; 0: it has none */
	__u64 string[2];
	__u64 tail[WALK_TAIL / 8];
	__u64 at;             /* the next frame; 0: no more */
	__u64 below;          /* bytes from the stack pointer to `bailout`; 0: not known */
	bool in_try;          /* `bailout` is set */
	__u64 opline;         /* the instruction of the frame that was read last */
	__u64 current_opline; /* that of the innermost frame, if a register had it; or 0 */
	const struct interp_memory *memory;
};

/* With threads, each has its own globals, once it has run PHP. */
WALK_INLINE bool php_find_globals(struct php_walk *w, __u64 thread)
{
	__u64 cache = 0;

	w->globals = w->target.globals;
	if (!w->target.is_threaded)
		return true;
	if (!WALK_TLS(w, &w->target.current, thread, &cache) || !cache)
		return false;
	w->globals += cache;
	return true;
}

/*
 * When fibers change, the native stack does so first, then the globals. `bailout`, which changes
 * with the innermost frame, points into the native stack of that frame's fiber.
 */
WALK_INLINE bool php_find_stack(struct php_walk *w, __u64 stack_pointer)
{
	__u64 bailout;

	if (!WALK_READ(w, &bailout, 8, w->globals + w->target.layout.globals_bailout))
		return false;
	w->in_try = bailout;
	w->below = bailout && stack_pointer ? bailout - stack_pointer : 0;
	return true;
}

/*
 * Begins at the innermost frame of the thread with that pointer. GCC keeps the evaluator's frame
 * and instruction in registers (r14 and r15 on x86-64), and stores the instruction in the frame only
 * before it calls other functions. Pass these registers and the stack pointer, or 0.
 */
WALK_INLINE __u32 php_begin(struct php_walk *w, __u64 thread, __u64 frame_register,
			    __u64 opline_register, __u64 stack_pointer)
{
	w->current_opline = w->read = 0;
	if (!php_find_globals(w, thread))
		return INTERP_NO_THREAD;
	if (!WALK_READ(w, &w->at, 8, w->globals + w->target.layout.globals_frame) ||
	    !php_find_stack(w, stack_pointer))
		return INTERP_UNREADABLE;
	if (w->at && w->below >= PHP_STACK)
		return INTERP_SWITCHED;
	if (w->at && w->at == frame_register)
		w->current_opline = opline_register;
	return INTERP_WHOLE;
}

/* Is the frame that was read the outermost one of a fiber? Its function has no name, either. */
WALK_INLINE bool php_is_fiber(const struct php_walk *w)
{
	return !w->frame[PHP_THIS] && !w->frame[PHP_CALL];
}

/* Does the thread run the fiber? One that is left has no callers. */
WALK_INLINE bool php_runs_fiber(const struct php_walk *w)
{
	return w->frame[PHP_CALLER] && w->in_try && w->below < PHP_FIBER_STACK;
}

/*
 * Steps from a frame to its caller. f->code is the function, 0 for a placeholder without one;
 * php_code() finds its id. If only the function cannot be read, f->code is set, too.
 */
WALK_INLINE __u32 php_frame(struct php_walk *w, struct interp_frame *f)
{
	__u64 at = w->at, function;
	__u8 type;

	f->code = f->id = 0;
	f->flags = f->instruction = 0;
	if (at & 7 || !WALK_READ(w, w->frame, sizeof(w->frame), at))
		return INTERP_UNREADABLE;
	w->at = w->frame[PHP_CALLER];
	w->opline = w->current_opline;
	w->current_opline = 0;
	function = w->frame[PHP_FUNCTION];
	if (!function)
		return INTERP_WHOLE;
	if (!WALK_READ(w, w->function, sizeof(w->function), function)) {
		f->code = function;
		return INTERP_UNREADABLE;
	}
	type = (__u8)w->function[0];
	if (type == PHP_INTERNAL) {
		f->flags = INTERP_C;
		if (w->function[PHP_FUNCTION_NAME])
			f->code = function;
		if (f->code || !php_is_fiber(w))
			return INTERP_WHOLE;
		f->flags = INTERP_SHIM | INTERP_FIBER;
		return php_runs_fiber(w) ? INTERP_WHOLE : INTERP_SWITCHED;
	}
	if (type != PHP_USER && type != PHP_EVALUATED)
		return INTERP_NO_CODE;
	f->code = function;
	f->flags = w->frame[PHP_CALL] & PHP_TOP ? INTERP_ENTRY : 0;
	return INTERP_WHOLE;
}

/* Mixes a string into an id. Its hash is computed when PHP first needs it. */
WALK_INLINE bool php_string_id(struct php_walk *w, __u64 string, __u64 *id)
{
	if (!WALK_READ(w, w->string, sizeof(w->string), string + PHP_STRING_HASH))
		return false;
	*id = walk_mix(walk_mix(*id, w->string[1]), w->string[0]);
	return w->string[0] || walk_tail_id((struct walk_reader){ w->memory }, w->tail,
					    string + PHP_STRING_TEXT, w->string[1], id);
}

/* The name of the function's class; 0: it has none. */
WALK_INLINE bool php_class_name(struct php_walk *w, __u64 *string)
{
	*string = 0;
	return !w->function[PHP_SCOPE] ||
	       WALK_READ(w, string, 8, w->function[PHP_SCOPE] + PHP_CLASS_NAME);
}

/* Reads the instructions, the file and the lines of a function that is not in C. */
WALK_INLINE bool php_body(struct php_walk *w, __u64 function)
{
	__u64 at[2];

	w->opcodes = w->file = 0;
	w->first = w->last = 0;
	if ((__u8)w->function[0] == PHP_INTERNAL)
		return true;
	if (!WALK_READ(w, &w->opcodes, 8, function + w->target.layout.function_code) ||
	    !WALK_READ(w, &w->count, 4, function + w->target.layout.function_count) ||
	    !WALK_READ(w, at, sizeof(at), function + w->target.layout.function_file))
		return false;
	w->file = at[0];
	w->first = (__u32)at[1];
	w->last = (__u32)(at[1] >> 32);
	return true;
}

/* Is it the address of an instruction of the function that was read? */
WALK_INLINE bool php_has_instruction(const struct php_walk *w, __u64 opline)
{
	__u64 distance = opline - w->opcodes;

	return w->opcodes && distance < (__u64)w->count * PHP_OP_BYTES &&
	       distance % PHP_OP_BYTES == 0;
}

/*
 * The line of a frame's instruction; the frame and its function were read. 0: it is not known.
 * While an exception is thrown, and in compiled code, the frame may have another's instruction.
 */
WALK_INLINE __u32 php_line(struct php_walk *w)
{
	__u64 opline = php_has_instruction(w, w->opline) ? w->opline : w->frame[PHP_OPLINE];
	__u32 line = 0;

	if (!php_has_instruction(w, opline) || !WALK_READ(w, &line, 4, opline + PHP_OP_LINE))
		return 0;
	return line;
}

/*
 * Leaves a function that cannot be read, that of the frame that was read last, to prof-record.
 * It is not one in C: those are in memory of their own.
 */
WALK_INLINE void php_leave(const struct php_walk *w, struct interp_frame *f)
{
	f->id = w->frame[PHP_OPLINE];
	f->flags = INTERP_LATE | (w->frame[PHP_CALL] & PHP_TOP ? INTERP_ENTRY : 0);
	f->instruction = 0;
}

/*
 * Reads a function, and computes an id that differs for others at its address: memory of one
 * request is used again by the next. `flags` are those of its frame.
 */
WALK_INLINE __u32 php_code(struct php_walk *w, __u64 function, __u32 flags, __u64 *id)
{
	__u64 class_name, kind = 0;

	w->read = 0;
	if (!WALK_READ(w, w->function, sizeof(w->function), function) || !php_body(w, function) ||
	    !php_class_name(w, &class_name))
		return INTERP_UNREADABLE;
	*id = walk_mix(w->function[PHP_FUNCTION_NAME], (__u64)w->first << 32 | w->last);
	if ((w->function[PHP_FUNCTION_NAME] &&
	     !php_string_id(w, w->function[PHP_FUNCTION_NAME], id)) ||
	    (class_name && !php_string_id(w, class_name, id)) ||
	    (w->file && !php_string_id(w, w->file, id)))
		return INTERP_UNREADABLE;
	if ((__u8)w->function[0] == PHP_INTERNAL)
		kind = PHP_ID_C;
	else if (!w->function[PHP_FUNCTION_NAME])
		kind = ((__u8)w->function[0] == PHP_EVALUATED ? PHP_ID_EVAL : 0) |
		       (flags & INTERP_ENTRY ? PHP_ID_MAIN : 0);
	*id = (*id & ~(__u64)PHP_ID_FLAGS) | kind;
	w->read = function;
	return INTERP_WHOLE;
}

#endif
