/*
 * Code that a process compiles as it runs. It lies in memory without a file; the
 * runtime tells of it in a file of its own: /tmp/perf-PID.map, as the process sees
 * /tmp and as its own PID namespace counts; or in a jitdump, which it maps so that
 * others find it.
 *
 * Those files are written by who is looked at, and may be written by anybody: only
 * regular ones that belong to the process's user, to root or to us are opened.
 */
#ifndef RECORD_JIT_H
#define RECORD_JIT_H

#include "object/jitdump.h"
#include "record/process.h"

/* Where a process's map is to be found, also once it has ended. */
struct jit_place {
	int root;      /* file descriptor of its root; -1 for ours */
	int inner_pid; /* in its own PID namespace */
	uint32_t uid;
};

struct jit_place jit_place(struct processes *t, struct process *p);

/* A file descriptor of its map, which the caller closes; -1 if there is none. */
int jit_open_map(const struct jit_place *place);

/*
 * Is there a trampoline of CPython at an address ("py::" in the map)? The map is read
 * as it grows.
 */
bool jit_is_trampoline(struct processes *t, struct process *p, uint64_t address);

/* The process's jitdump, which is open if that can be; NULL when it has none. */
const struct binary *jit_dump(struct processes *t, struct process *p);

/* What the jitdump says was at an address at a time, in ns. */
bool jit_find(struct processes *t, struct process *p, uint64_t address, uint64_t time,
	      struct jit_symbol *s);

/* For process.c: what is known of a process's code is void, or not needed any more. */
void jit_release(struct jit *j);

#endif
