/*
 * The messages and maps between the BPF program (bpf/interpreters.bpf.c) and prof-record. Both
 * include this file.
 *
 * At each sample of a process known to run an interpreter, the program writes into the perf
 * buffer, right before the sample: a struct code_names for each new code object, then one struct
 * interp_stack; and before these a struct interp_context, if the thread publishes one, and struct
 * interp_labels of what it works on. For an unknown process it writes a struct interp_question to
 * another buffer, and prof-record finds out whether the process runs an interpreter.
 */
#ifndef INTERP_INTERP_WIRE_H
#define INTERP_INTERP_WIRE_H

#include "interp/go/go_layout.h"
#include "interp/php/php_layout.h"
#include "interp/python/python_layout.h"
#include "interp/ruby/ruby_layout.h"
#include "interp/tls_variable.h"

enum {
	INTERP_MOST_FRAMES = 1024,
	INTERP_MOST_NAME = 512,   /* bytes copied of a string's characters */
	INTERP_MOST_LINES = 4096, /* bytes copied of a table of lines; of Ruby's two tables: */
	RUBY_MOST_LINES = 2048,
	RUBY_MOST_TABLE = 1024,
	/* Bytes that are read at once from the beginning of an object. */
	PYTHON_FRAME_BYTES = 112,
	PYTHON_CODE_BYTES = 168,
	RUBY_BODY_BYTES = 152,
	/* Of a thread's context (context_walk.h): */
	CONTEXT_HEAD = 28,
	CONTEXT_MOST_BYTES = 1024, /* copied of the attributes; a power of two */
	/* Of labels: */
	LABELS_MOST = 32,         /* a power of two */
	LABELS_MOST_STRING = 256, /* a key or value has fewer bytes; a power of two */
	LABELS_MOST_BYTES = 4096, /* no string is copied after these; a power of two */
};

/* The interpreters. The number is a row in the tables of walkers, in the kernel and here. */
enum interp_kind { INTERP_NONE, INTERP_PYTHON, INTERP_RUBY, INTERP_PHP, INTERP_KINDS };

enum interp_record {
	INTERP_STACK = 1,
	INTERP_NAMES = 2,
	INTERP_CONTEXT = 3,
	INTERP_GO_LABELS = 4, /* labels of the goroutine */
	INTERP_TASK = 5,      /* the task of asyncio */
};

/* Why the frames of a sample end where they do. */
enum interp_end {
	INTERP_WHOLE,
	INTERP_NO_THREAD,  /* the interpreter does not know the thread, or not yet */
	INTERP_TWO,        /* the process runs two interpreters, and either may be meant */
	INTERP_UNREADABLE, /* a pointer leads to memory that is not mapped, or not resident */
	INTERP_NO_CODE,    /* a frame has no code object */
	INTERP_DEEP,       /* the stack has more frames than could be read */
	INTERP_SWITCHED,   /* a fiber is begun, left or resumed: the frames may be another's */
	INTERP_ENDS
};

/* Did the thread hold Python's global lock (GIL)? */
enum interp_gil { INTERP_GIL_UNKNOWN, INTERP_GIL_NONE, INTERP_GIL_HOLDS, INTERP_GIL_WAITS };

enum interp_frame_flags {
	INTERP_ENTRY = 1, /* the evaluator was entered with this frame: its run ends here */
	INTERP_SHIM =
		2,    /* no code: the evaluator itself, whose run ends here; code = its address */
	INTERP_C = 4, /* a function in C, which the evaluator does not run (PHP) */
	INTERP_FIBER = 8, /* with INTERP_SHIM: here the native stack ends, and a fiber */
	/*
	 * The kernel could not read the function, which is in memory that processes share: this
	 * one has not touched it yet. prof-record reads it. id = the address of its instruction.
	 */
	INTERP_LATE = 16,
};

struct interp_frame {
	__u64 code;        /* address of the code object */
	__u64 id;          /* by its contents: differs for another function at the address */
	__u32 instruction; /* offset in bytes of the current instruction; PHP: its line, or 0 */
	__u32 flags;       /* enum interp_frame_flags */
};

struct interp_stack_head {
	__u32 record; /* INTERP_STACK */
	__u32 pid, tid;
	__u32 end;  /* enum interp_end */
	__u64 time; /* ns of the monotonic clock */
	__u32 n;
	__u32 kind;    /* enum interp_kind */
	__u32 gil;     /* enum interp_gil */
	__u32 several; /* the process has several interpreters of Python: one may call another */
	/* An address that lies on the thread's native stack if the frames are its own; 0: any. */
	__u64 proof;
};

struct interp_stack {
	struct interp_stack_head head;
	struct interp_frame frame[INTERP_MOST_FRAMES]; /* n of them, innermost first */
};

/* A string: Python's own format; or UTF-8 bytes, without a state, for Ruby and PHP. */
struct interp_string {
	__u32 length; /* characters */
	__u32 state;  /* holds the size of a character, at layout.kind_shift */
	__u32 copied; /* bytes copied */
};

struct code_names {
	__u32 record; /* INTERP_NAMES */
	__u32 pid;
	__u64 code, id;
	__u32 kind;    /* enum interp_kind */
	__u32 version; /* layout.version */
	__u32 line;    /* the function's first */
	__u32 kind_shift;
	struct interp_string name, file;
	__u32 nlines; /* bytes in the table of lines; in the name of a PHP function's class */
	__u32 lines;  /* bytes copied of the table */
	__u32 table;  /* bytes copied of Ruby's second table, or of PHP's class */
	__u32 copied; /* bytes copied in all */
	/* The name, the file and the tables, one after the other. */
	__u8 bytes[2 * INTERP_MOST_NAME + INTERP_MOST_LINES + RUBY_MOST_TABLE];
};

/* Why there is a thread's context, or not. */
enum context_state {
	CONTEXT_NONE, /* the thread has none; no record is written */
	CONTEXT_READ,
	CONTEXT_INVALID,    /* the thread was changing it, or marks it as unused */
	CONTEXT_UNREADABLE, /* it is in memory that is not mapped, or not resident */
	CONTEXT_STATES
};

struct interp_context {
	__u32 record; /* INTERP_CONTEXT */
	__u32 pid, tid;
	__u32 state;  /* enum context_state */
	__u64 time;   /* ns of the monotonic clock */
	__u32 size;   /* bytes of attributes */
	__u32 copied; /* of these */
	__u8 head[CONTEXT_HEAD];
	__u8 bytes[CONTEXT_MOST_BYTES];
	__u32 reserved;
};

/* Labels that a program gives to a part of its work. */
struct interp_labels {
	__u32 record; /* INTERP_GO_LABELS */
	__u32 pid, tid;
	__u32 state; /* enum context_state; UNREADABLE: those that could be read are here */
	__u64 time;  /* ns of the monotonic clock */
	__u32 count; /* labels that there are */
	__u32 n;     /* that are here: others are too long, too many or not readable */
	__u32 copied, reserved;
	__u64 missing; /* an address that could not be read; or 0 */
	struct {
		__u16 key, value; /* bytes */
	} size[LABELS_MOST];
	__u8 bytes[LABELS_MOST_BYTES + LABELS_MOST_STRING]; /* keys and values in turn */
};

/* The task of asyncio that a thread runs. */
struct interp_task {
	__u32 record; /* INTERP_TASK */
	__u32 pid, tid;
	__u32 state;               /* enum context_state; INVALID: it is of another class */
	__u64 time;                /* ns of the monotonic clock */
	__u64 number;              /* of a task without a name: Task-1 is 1 */
	struct interp_string name; /* its length is 0 without a name */
	__u32 kind_shift;
	__u8 bytes[INTERP_MOST_NAME];
};

struct go_place {
	struct tls_variable g;   /* the struct g of the thread */
	struct go_layout layout; /* layout.labels is 0 without Go */
};

struct python_place {
	__u64 runtime, code_type; /* addresses of _PyRuntime and PyCode_Type */
	/* The thread's current state, NULL without the lock (3.12 and later). */
	struct tls_variable current;
	__u32 has_current;
	struct python_task task;
	struct python_layout layout;
};

struct ruby_place {
	struct tls_variable current; /* ruby_current_ec */
	struct ruby_layout layout;
};

struct php_place {
	__u64 globals; /* address of executor_globals; of threads: what to add to `current` */
	struct tls_variable current; /* _tsrm_ls_cache, in builds with threads (ZTS) */
	__u32 is_threaded, reserved;
	struct php_layout layout;
};

/* What prof-record knows about a process: a value of the map that it fills, by pid. */
struct interp_target {
	__u64 since;         /* ns: the row describes all samples of the program after this time */
	__u64 program;       /* task_struct.self_exec_id of the program that this row describes */
	__u64 asked;         /* ns: time of the last question, if not all is known */
	__u64 wait;          /* ns: no other question until this long after `asked` */
	__u32 kind;          /* enum interp_kind */
	__u32 is_unfinished; /* the interpreter is known, but another look will find more */
	__u32 reserved;
	__u32 context_pid; /* the process, if it publishes thread contexts; 0: it does not */
	struct tls_variable context; /* otel_thread_ctx_v1 */
	struct go_place go;
	union {
		struct python_place python;
		struct ruby_place ruby;
		struct php_place php;
	};
};

/* "What is this process?" */
struct interp_question {
	__u64 program;
	__u32 pid, reserved;
};

/* Settings for all samples. */
struct interp_config {
	__u32 task_tls;     /* offset in task_struct of the thread pointer */
	__u32 task_program; /* offset of self_exec_id */
	__u32 program_size; /* size of self_exec_id: 4 or 8 bytes */
	__u32 task_parent;  /* offset of real_parent */
	__u32 task_pid;     /* offset of tgid */
	__u32 task_stack;   /* offset of the pointer to its kernel stack */
	__u32 generation;   /* when it changes, all names are written again */
	__u32 reserved;
	/* The PID namespace of prof-record; 0: the initial one. */
	__u64 namespace_device, namespace_inode;
};

#endif
