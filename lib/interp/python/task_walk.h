/*
 * The steps from a thread state of CPython 3.14 and later to the task of asyncio that the thread
 * runs, and its name, for the BPF program and for readers of memory.
 *
 * Any object may say that it is the thread's task; only those of asyncio's own class, or of one
 * that is derived from it, have a name in a known place. A task that was not given a name has a
 * number instead, of which get_name() makes the default name, "Task-1".
 */
#ifndef INTERP_TASK_WALK_H
#define INTERP_TASK_WALK_H

#include "interp/python/python_walk.h"

enum {
	/* Offsets in PyTypeObject, after its PyObject: */
	TYPE_NAME = 8,
	TYPE_SIZE = 16,
	TYPE_FLAGS = 152,
	TYPE_BASE = 240,
	IS_INTEGER = 1 << 24, /* flags */
	IS_STRING = 1 << 28,
	MOST_BASES = 4,   /* classes between that of a task and asyncio's */
	DIGIT_BITS = 30,  /* of an integer (Include/cpython/longintrepr.h) */
	DIGITS_SHIFT = 3, /* in its tag: the number of digits */
};

/* Is the class at `type` asyncio's? Its name is in the module's memory: "_asyncio.Task". */
WALK_INLINE bool task_is_class(struct walk *w, __u64 type)
{
	__u64 at = type + w->target.layout.object_size;

	/* As words, the second of which ends with a NUL: the last three bytes come after it. */
	return WALK_READ(w, w->string, 16, at + TYPE_NAME) && w->string[1] == w->target.task.size &&
	       WALK_READ(w, w->string, 16, w->string[0]) &&
	       w->string[0] == 0x6f69636e7973615full /* "_asyncio" */ &&
	       (w->string[1] & 0xffffffffffffull) == 0x6b7361542eull /* ".Task" */;
}

WALK_INLINE bool task_has_class(struct walk *w, __u64 task)
{
	__u64 type, object = w->target.layout.object_size;

	if (!WALK_READ(w, &type, 8, task + object - 8))
		return false;
	for (long i = 0; i < MOST_BASES && type; i++) {
		if (task_is_class(w, type))
			return true;
		if (!WALK_READ(w, &type, 8, type + object + TYPE_BASE))
			return false;
	}
	return false;
}

/* Reads the integer at `at`, of at most two digits. */
WALK_INLINE bool task_number(struct walk *w, __u64 at, struct interp_task *to)
{
	__u64 digits;

	if (!WALK_READ(w, w->string, 16, at + w->target.layout.object_size))
		return false;
	digits = w->string[0] >> DIGITS_SHIFT;
	to->number = w->string[1] & 0xffffffff;
	if (digits == 2)
		to->number |= w->string[1] >> 32 << DIGIT_BITS;
	return digits == 1 || digits == 2;
}

WALK_INLINE bool task_string(struct walk *w, __u64 string, struct interp_task *to)
{
	const struct python_layout *l = &w->target.layout;
	__u64 at, bytes;

	if (!WALK_READ(w, w->string, 24, string + l->object_size))
		return false;
	to->name.length = (__u32)w->string[0];
	to->name.state = (__u32)w->string[2];
	at = walk_characters(l, string, w->string[0], to->name.state, &bytes);
	if (bytes >= INTERP_MOST_NAME)
		return true; /* without its characters: it is left out */
	/* Or the compiler leaves out the mask, which the verifier needs. */
	__asm__ volatile("" : "+r"(bytes));
	if (bytes && !WALK_READ(w, to->bytes, (__u32)bytes & (INTERP_MOST_NAME - 1), at))
		return false;
	to->name.copied = (__u32)bytes;
	return true;
}

WALK_INLINE bool task_name(struct walk *w, __u64 name, struct interp_task *to)
{
	__u64 type, flags;

	if (!WALK_READ(w, &type, 8, name + w->target.layout.object_size - 8) ||
	    !WALK_READ(w, &flags, 8, type + w->target.layout.object_size + TYPE_FLAGS))
		return false;
	return flags & IS_STRING  ? task_string(w, name, to) :
	       flags & IS_INTEGER ? task_number(w, name, to) :
				    false;
}

/*
 * Reads the task that the thread runs whose state was found (walk_find_thread). Another thread may
 * give the task a name while this one is in C: the name must be the same after it was read.
 */
WALK_INLINE void task_read(struct walk *w, struct interp_task *to)
{
	__u64 task, name, again;

	to->state = CONTEXT_NONE;
	to->number = 0;
	to->name.length = to->name.copied = 0;
	to->kind_shift = w->target.layout.kind_shift;
	if (!w->target.task.running || !WALK_READ(w, &task, 8, w->found + w->target.task.running) ||
	    !task)
		return;
	to->state = CONTEXT_INVALID;
	if (!task_has_class(w, task))
		return;
	to->state = CONTEXT_UNREADABLE;
	if (!WALK_READ(w, &name, 8, task + w->target.task.name) || !name ||
	    !task_name(w, name, to) || !WALK_READ(w, &again, 8, task + w->target.task.name))
		return;
	to->state = again == name ? CONTEXT_READ : CONTEXT_INVALID;
}

#endif
