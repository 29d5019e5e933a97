/*
 * What the program in the kernel (bpf/python.bpf.c) tells prof-record, and is told by it.
 * Both include this file.
 *
 * With each sample of a process that is known to run CPython, it writes into the buffer of
 * perf, right before the sample: a struct python_names for each code object that it has not
 * met, then one struct python_stack. That of a process it knows nothing of is announced in a
 * buffer of its own (struct python_question), and prof-record looks what it is.
 */
#ifndef INTERP_PYTHON_WIRE_H
#define INTERP_PYTHON_WIRE_H

#include "interp/python_layout.h"

enum {
	PYTHON_MOST_FRAMES = 1024,
	PYTHON_MOST_NAME = 512,   /* bytes of characters that are copied of a string */
	PYTHON_MOST_LINES = 4096, /* and of a table of lines */
	/* Of what lies at the beginning of an object so much is read at once. */
	PYTHON_FRAME_BYTES = 112,
	PYTHON_CODE_BYTES = 152,
};

enum python_record { PYTHON_STACK = 1, PYTHON_NAMES = 2 };

/* Why the frames of a sample end where they do. */
enum python_end {
	PYTHON_WHOLE,
	PYTHON_NO_THREAD,  /* the thread runs no Python, or none yet */
	PYTHON_TWO,        /* it runs two interpreters: which is not known */
	PYTHON_UNREADABLE, /* a pointer leads to no memory, or to memory that is not there now */
	PYTHON_NO_CODE,    /* a frame has no code object */
	PYTHON_DEEP,       /* PYTHON_MOST_FRAMES */
	PYTHON_ENDS
};

enum python_frame_flags {
	PYTHON_ENTRY = 1, /* the evaluator was entered with this frame: its run ends here */
	PYTHON_SHIM =
		2, /* no code: the evaluator itself, whose run ends here; code = its address */
};

struct python_frame {
	__u64 code;        /* address of the code object */
	__u64 id;          /* by what is written there: another function has another one */
	__u32 instruction; /* offset in bytes of the instruction that it is at */
	__u32 flags;       /* enum python_frame_flags */
};

struct python_stack_head {
	__u32 record; /* PYTHON_STACK */
	__u32 pid, tid;
	__u32 end;  /* enum python_end */
	__u64 time; /* ns of the monotonic clock */
	__u32 n, reserved;
};

struct python_stack {
	struct python_stack_head head;
	struct python_frame frame[PYTHON_MOST_FRAMES]; /* n of them, innermost first */
};

/* A string as Python has it. */
struct python_string {
	__u32 length; /* characters */
	__u32 state;  /* by layout.kind_shift: how large characters are */
	__u32 copied; /* bytes that were copied */
};

struct python_names {
	__u32 record; /* PYTHON_NAMES */
	__u32 pid;
	__u64 code, id;
	__u32 version; /* layout.version */
	__u32 line;    /* the first */
	__u32 kind_shift;
	struct python_string name, file;
	__u32 nlines; /* bytes of the table of lines, */
	__u32 lines;  /* and how many were copied */
	__u32 copied; /* bytes in all: */
	/* Those of the name, of the file and of the table, one after the other. */
	__u8 bytes[2 * PYTHON_MOST_NAME + PYTHON_MOST_LINES];
};

/* A process, by its number: a row of the map that prof-record fills. */
struct python_target {
	__u64 program; /* which program of the process it is about: task_struct.self_exec_id */
	__u64 runtime, code_type; /* addresses of _PyRuntime and PyCode_Type */
	__u64 asked;              /* ns: when it was last asked for, */
	__u64 wait;               /* and how long nobody need ask again; only of one that is none */
	__u32 known;              /* it is one */
	__u32 reserved;
	struct python_layout layout;
};

/* "What is this process?" */
struct python_question {
	__u64 program;
	__u32 pid, reserved;
};

/* What is the same for all samples. */
struct python_config {
	__u32 task_tls;     /* offset in task_struct of what pthread_self() gives, */
	__u32 task_program; /* of self_exec_id, */
	__u32 program_size; /* and its size: 4 or 8 bytes; */
	__u32 task_parent;  /* of real_parent, */
	__u32 task_pid;     /* and of tgid */
	__u32 generation;   /* another one, and all names are told again */
	/* The namespace of process numbers that prof-record is in; 0: the machine's own. */
	__u64 namespace_device, namespace_inode;
};

#endif
