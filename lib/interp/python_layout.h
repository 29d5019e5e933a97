/*
 * Where CPython keeps the frames of its threads: a row of offsets for each minor version,
 * which programs in the kernel (bpf/interpreters.bpf.c) and readers of memory (python_walk.h) share.
 *
 * Up to 3.12 the offsets are those of the headers of a release (Include/cpython, and
 * Include/internal); they do not change within a minor version. From 3.13 on an interpreter
 * says where most of it is: struct _Py_DebugOffsets, at the beginning of _PyRuntime.
 *
 * The file is included by a program for the kernel: plain C, and no library.
 */
#ifndef INTERP_PYTHON_LAYOUT_H
#define INTERP_PYTHON_LAYOUT_H

#include <linux/types.h>

enum { PYTHON_NONE = 0xffff }; /* an offset: there is no such field */

/* How a frame says which instruction it is at. */
enum python_instruction {
	PYTHON_INDEX,   /* a number, of bytes or of units of two bytes */
	PYTHON_POINTER, /* into the code object */
};

struct python_layout {
	__u32 version; /* 0x030b: 3.11 */
	/* _PyRuntimeState */
	__u32 current;      /* the thread state that holds the lock of all (3.8 to 3.11) */
	__u32 interpreters; /* the first interpreter */
	/* PyInterpreterState */
	__u32 interp_next;
	__u32 interp_threads; /* its first thread state */
	/* PyThreadState */
	__u16 thread_prev, thread_next;
	__u16 thread_id;    /* what pthread_self() gives */
	__u16 thread_frame; /* the innermost frame; or: */
	__u16 cframe_frame; /* thread_frame is a struct _PyCFrame *, which has it there */
	/* _PyInterpreterFrame; PyFrameObject up to 3.10 */
	__u16 frame_size; /* so much of it is read */
	__u16 frame_previous, frame_code, frame_instruction;
	__u16 frame_entry; /* a byte: 1 where the evaluator was entered with this frame (3.11) */
	__u16 frame_owner; /* a byte: shim_owner where the frame stands for the evaluator itself */
	__u16 shim_owner;  /* (3.12 and later) */
	__u16 instruction; /* enum python_instruction */
	__u16 unit;        /* bytes that an index counts */
	/* PyCodeObject */
	__u16 code_line, code_file, code_name, code_qualname, code_lines;
	__u16 code_version; /* a number that no other code object has had, or 0 (3.12 and later) */
	__u16 code_start;   /* of its instructions, in itself; of a PyBytesObject * up to 3.10 */
	/* PyASCIIObject and PyCompactUnicodeObject: the characters lie behind them */
	__u16 ascii_size, compact_size;
	__u16 kind_shift; /* of a string's state: bits of a character's size; then compact, ascii */
	__u16 code_mask;  /* bits of a pointer to a code object that are marks */
};

#endif
