/*
 * Where CPython keeps the frames of its threads: a row of offsets for each minor version. The
 * BPF program (bpf/interpreters.bpf.c) and readers of memory (python_walk.h) share it.
 *
 * Up to 3.12 the offsets are those of a release's headers (Include/cpython and
 * Include/internal); they do not change within a minor version. From 3.13 on an interpreter
 * publishes most of them in struct _Py_DebugOffsets, at the beginning of _PyRuntime.
 *
 * The BPF program includes this file, so it is plain C and uses no library.
 */
#ifndef INTERP_PYTHON_LAYOUT_H
#define INTERP_PYTHON_LAYOUT_H

#include <linux/types.h>

enum { PYTHON_NONE = 0xffff }; /* an offset: there is no such field */

/* How a frame stores its current instruction. */
enum python_instruction {
	PYTHON_INDEX,   /* an index, in bytes or in units of two bytes */
	PYTHON_POINTER, /* a pointer into the code object */
};

struct python_layout {
	__u32 version; /* 0x030b: 3.11 */
	/* _PyRuntimeState */
	__u32 current;      /* the thread state that holds the GIL (3.8 to 3.11) */
	__u32 interpreters; /* the first interpreter */
	/* PyInterpreterState */
	__u32 interp_next;
	__u32 interp_threads; /* its first thread state */
	/* PyThreadState */
	__u16 thread_prev, thread_next;
	__u16 thread_id;     /* the result of pthread_self() */
	__u16 thread_frame;  /* the innermost frame, or a struct _PyCFrame * */
	__u16 cframe_frame;  /* the innermost frame in struct _PyCFrame */
	__u16 thread_cframe; /* a pointer to a variable of the innermost evaluator; 0: none */
	__u16 thread_status; /* four bytes with a flag for the GIL: _status or holds_gil */
	__u16 status_gil;    /* that of a thread with the GIL; 0: known by `current`, or not */
	__u16 thread_waits;  /* gil_requested: four bytes, 0 unless it waits for the GIL (3.15) */
	__u16 thread_base;   /* a pointer to the outermost frame, which runs nothing (3.15) */
	/* _PyInterpreterFrame; PyFrameObject up to 3.10 */
	__u16 frame_size; /* bytes of a frame to read */
	__u16 frame_previous, frame_code, frame_instruction;
	__u16 frame_entry; /* a byte: 1 where the evaluator was entered with this frame (3.11) */
	__u16 frame_owner; /* a byte: shim_owner if the frame stands for the evaluator itself */
	__u16 shim_owner;  /* value of that byte (3.12 and later) */
	__u16 instruction; /* enum python_instruction */
	__u16 unit;        /* bytes per step of an index */
	/* PyCodeObject */
	__u16 code_line, code_file, code_name, code_qualname, code_lines;
	__u16 code_version; /* a number that no other code object has had, or 0 (3.12 and later) */
	__u16 code_start;   /* of its instructions, in itself; of a PyBytesObject * up to 3.10 */
	/* PyObject: 16 bytes, or 32 without the GIL. Its type comes last. */
	__u16 object_size;
	/* PyASCIIObject and PyCompactUnicodeObject: the characters follow them */
	__u16 ascii_size, compact_size;
	__u16 kind_shift; /* in a string's state: the size of a character, then compact, ascii */
	__u16 code_mask;  /* tag bits in a pointer to a code object */
	/* asyncio, 3.11 to 3.13 (task_walk.h); interp_modules is 0 in others */
	__u32 interp_modules; /* sys.modules */
	__u16 thread_loop;    /* as in struct python_task */
	__u16 loop_place, task_name, task_size;
};

/* What leads from a thread to the loop of asyncio that it runs (3.11 to 3.13). */
enum python_loop {
	PYTHON_LOOP,        /* a pointer to it */
	PYTHON_LOOP_DICT,   /* a pointer to a dict that has it */
	PYTHON_LOOP_HOLDER, /* the same, but the dict has an object that points to it */
};

/* Where asyncio has the task that a thread runs. */
struct python_task {
	__u64 tasks;      /* the dict of tasks by loop (3.11 to 3.13); 0: the thread has the task */
	__u64 interp;     /* with a dict: the interpreter whose threads run these loops */
	__u16 running;    /* in the thread state: the task, or enum python_loop; 0: not known */
	__u16 loop_place; /* enum python_loop */
	__u16 name;       /* in a task */
	__u16 size;       /* of a task */
};

#endif
