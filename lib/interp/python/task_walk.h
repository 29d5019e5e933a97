/*
 * The steps from a thread state of CPython to the task of asyncio that the thread runs, and its
 * name, for the BPF program and for readers of memory.
 *
 * Since 3.14 the thread state has the task. Before, a dict of the module has the task of each loop,
 * and the thread has its loop: since 3.13 in its state, in 3.12 in its own dict, and in 3.11 in an
 * object in that dict (enum python_loop). Only the thread itself changes its own entries in both.
 *
 * Any object may say that it is the thread's task; only those of asyncio's own class, or of one
 * that is derived from it, have a name in a known place. A task that was not given a name has a
 * number instead, of which get_name() makes the default name, "Task-1".
 */
#ifndef INTERP_TASK_WALK_H
#define INTERP_TASK_WALK_H

#include "interp/python/dict_walk.h"

enum {
	/* Offsets in PyTypeObject, after its PyObject: */
	TYPE_NAME = 8,
	TYPE_SIZE = 16,
	TYPE_FLAGS = 152,
	TYPE_BASE = 240,
	IS_INTEGER = 1 << 24, /* flags */
	IS_STRING = 1 << 28,
	MOST_BASES = 4,       /* classes between that of a task and asyncio's */
	DIGIT_BITS = 30,      /* of an integer (Include/cpython/longintrepr.h) */
	DIGITS_SHIFT = 3,     /* in its tag: the number of digits */
	THREAD_INTERP = 16,   /* of PyThreadState: its interpreter */
	MOST_LOOPS = 16,      /* entries of a dict that are read */
	LOOP_KEY_LENGTH = 30, /* of "__asyncio_running_event_loop__" */
};

WALK_INLINE bool task_is_loop_key(struct walk *w, __u64 key)
{
	return WALK_READ(w, w->string, 8, key + w->target.layout.object_size) &&
	       w->string[0] == LOOP_KEY_LENGTH &&
	       WALK_READ(w, w->string, 32, key + w->target.layout.ascii_size) &&
	       w->string[0] == 0x69636e7973615f5full /* "__asynci" */ &&
	       w->string[1] == 0x6e696e6e75725f6full /* "o_runnin" */ &&
	       w->string[2] == 0x5f746e6576655f67ull /* "g_event_" */ &&
	       (w->string[3] & 0xffffffffffffull) == 0x5f5f706f6f6cull /* "loop__" */;
}

/* The value of that key in a dict, or, if `loop` is not 0, of `loop`. False if it is not known. */
WALK_INLINE bool task_look_up(struct walk *w, __u64 dict, __u64 loop, __u64 *value)
{
	struct dict_entries d;
	__u64 entry[2];

	*value = 0;
	if (!dict_open(w, dict, &d))
		return false;
	for (long i = 0; i < MOST_LOOPS; i++) {
		if ((__u64)i >= d.n)
			break;
		if (!dict_entry(w, &d, (__u64)i, entry))
			return false;
		if (entry[1] && (loop ? entry[0] == loop : task_is_loop_key(w, entry[0]))) {
			*value = entry[1];
			break;
		}
	}
	return (*value || d.n <= MOST_LOOPS) && dict_has_stayed(w, dict, &d);
}

/* Reads the loop that the thread runs; 0: none. False if it is not known. */
WALK_INLINE bool task_loop(struct walk *w, __u64 *loop)
{
	const struct python_task *t = &w->target.task;
	__u64 at;

	*loop = 0;
	if (!WALK_READ(w, &at, 8, w->found + t->running))
		return false;
	if (!at || t->loop_place == PYTHON_LOOP) {
		*loop = at;
		return true;
	}
	if (!task_look_up(w, at, 0, loop))
		return false;
	return !*loop || t->loop_place != PYTHON_LOOP_HOLDER ||
	       WALK_READ(w, loop, 8, *loop + w->target.layout.object_size);
}

/* Reads the address of the thread's task; 0: it has none. False if it is not known. */
WALK_INLINE bool task_find(struct walk *w, __u64 *task)
{
	const struct python_task *t = &w->target.task;
	__u64 interp, loop;

	*task = 0;
	if (!t->running)
		return true;
	if (!t->tasks)
		return WALK_READ(w, task, 8, w->found + t->running);
#if defined(__BPF__) && !defined(__clang__)
	/* Without calls, gcc-bpf's loops are too much for the verifier of Linux 5.10. */
	(void)interp, (void)loop;
	return true;
#else
	if (!WALK_READ(w, &interp, 8, w->found + THREAD_INTERP) || !task_loop(w, &loop))
		return false;
	return interp != t->interp || !loop || task_look_up(w, t->tasks, loop, task);
#endif
}

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

	to->state = CONTEXT_UNREADABLE;
	to->number = 0;
	to->name.length = to->name.copied = 0;
	to->kind_shift = w->target.layout.kind_shift;
	if (!task_find(w, &task))
		return;
	to->state = task ? CONTEXT_INVALID : CONTEXT_NONE;
	if (!task || !task_has_class(w, task))
		return;
	to->state = CONTEXT_UNREADABLE;
	if (!WALK_READ(w, &name, 8, task + w->target.task.name) || !name ||
	    !task_name(w, name, to) || !WALK_READ(w, &again, 8, task + w->target.task.name))
		return;
	to->state = again == name ? CONTEXT_READ : CONTEXT_INVALID;
}

#endif
