/*
 * What the program in the kernel (bpf/interpreters.bpf.c) tells prof-record, and is told by it.
 * Both include this file.
 *
 * With each sample of a process that is known to run CPython, it writes into the buffer of
 * perf, right before the sample: a struct code_names for each code object that it has not
 * met, then one struct interp_stack. That of a process it knows nothing of is announced in a
 * buffer of its own (struct interp_question), and prof-record looks what it is.
 */
#ifndef INTERP_INTERP_WIRE_H
#define INTERP_INTERP_WIRE_H

#include "interp/python_layout.h"
#include "interp/ruby_layout.h"

enum {
	INTERP_MOST_FRAMES = 1024,
	INTERP_MOST_NAME = 512,   /* bytes of characters that are copied of a string */
	INTERP_MOST_LINES = 4096, /* and of a table of lines; of Ruby's two: */
	RUBY_MOST_LINES = 2048,
	RUBY_MOST_TABLE = 1024,
	/* Of what lies at the beginning of an object so much is read at once. */
	PYTHON_FRAME_BYTES = 112,
	PYTHON_CODE_BYTES = 152,
	RUBY_BODY_BYTES = 152,
};

/* A number for each interpreter: a row of the table of walkers, in the kernel and here. */
enum interp_kind { INTERP_NONE, INTERP_PYTHON, INTERP_RUBY, INTERP_KINDS };

enum interp_record { INTERP_STACK = 1, INTERP_NAMES = 2 };

/* Why the frames of a sample end where they do. */
enum interp_end {
	INTERP_WHOLE,
	INTERP_NO_THREAD,  /* the thread runs no Python, or none yet */
	INTERP_TWO,        /* it runs two interpreters: which is not known */
	INTERP_UNREADABLE, /* a pointer leads to no memory, or to memory that is not there now */
	INTERP_NO_CODE,    /* a frame has no code object */
	INTERP_DEEP,       /* INTERP_MOST_FRAMES */
	INTERP_ENDS
};

enum interp_frame_flags {
	INTERP_ENTRY = 1, /* the evaluator was entered with this frame: its run ends here */
	INTERP_SHIM =
		2, /* no code: the evaluator itself, whose run ends here; code = its address */
};

struct interp_frame {
	__u64 code;        /* address of the code object */
	__u64 id;          /* by what is written there: another function has another one */
	__u32 instruction; /* offset in bytes of the instruction that it is at */
	__u32 flags;       /* enum interp_frame_flags */
};

struct interp_stack_head {
	__u32 record; /* INTERP_STACK */
	__u32 pid, tid;
	__u32 end;  /* enum interp_end */
	__u64 time; /* ns of the monotonic clock */
	__u32 n;
	__u32 kind; /* enum interp_kind */
};

struct interp_stack {
	struct interp_stack_head head;
	struct interp_frame frame[INTERP_MOST_FRAMES]; /* n of them, innermost first */
};

/* A string as Python has it. */
struct interp_string {
	__u32 length; /* characters */
	__u32 state;  /* by layout.kind_shift: how large characters are */
	__u32 copied; /* bytes that were copied */
};

struct code_names {
	__u32 record; /* INTERP_NAMES */
	__u32 pid;
	__u64 code, id;
	__u32 kind;    /* enum interp_kind */
	__u32 version; /* layout.version */
	__u32 line;    /* the first */
	__u32 kind_shift;
	struct interp_string name, file;
	__u32 nlines; /* bytes of the table of lines, */
	__u32 lines;  /* how many were copied, */
	__u32 table;  /* and how many of Ruby's second table */
	__u32 copied; /* bytes in all: */
	/* Those of the name, of the file and of the tables, one after the other. */
	__u8 bytes[2 * INTERP_MOST_NAME + INTERP_MOST_LINES + RUBY_MOST_TABLE];
};

struct python_place {
	__u64 runtime, code_type; /* addresses of _PyRuntime and PyCode_Type */
	struct python_layout layout;
};

struct ruby_place {
	struct tls_variable current; /* ruby_current_ec */
	struct ruby_layout layout;
};

/* A process, by its number: a row of the map that prof-record fills. */
struct interp_target {
	__u64 program; /* which program of the process it is about: task_struct.self_exec_id */
	__u64 asked;   /* ns: when it was last asked for, */
	__u64 wait;    /* and how long nobody need ask again; only of one that is none */
	__u32 kind;    /* enum interp_kind */
	__u32 reserved;
	union {
		struct python_place python;
		struct ruby_place ruby;
	};
};

/* "What is this process?" */
struct interp_question {
	__u64 program;
	__u32 pid, reserved;
};

/* What is the same for all samples. */
struct interp_config {
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
