/*
 * Code that a process compiles as it runs. It lies in memory without a file; the runtime
 * writes its names to a file of their own: /tmp/perf-PID.map, with the process's own /tmp
 * and its number in its own PID namespace; or to a jitdump, which it maps so that others
 * find it.
 *
 * Any process may have written those files, so only regular ones that belong to the
 * process's user, to root or to us are opened.
 */
#ifndef RECORD_JIT_H
#define RECORD_JIT_H

#include "object/jitdump.h"
#include "record/mount_roots.h"

/* Where a process's map is to be found, also once it has ended. */
struct jit_place {
	int root;      /* file descriptor of its root; -1 for ours */
	int inner_pid; /* in its own PID namespace */
	uint32_t uid;
};

struct jit_place jit_place(const struct mount_roots *roots, struct process *p);

/* A file descriptor of its map, which the caller closes; -1 if there is none. */
int jit_open_map(const struct jit_place *place);

/*
 * Is there a trampoline of CPython at an address ("py::" in the map)? The map is read
 * as it grows.
 */
bool jit_is_trampoline(const struct mount_roots *roots, struct process *p, uint64_t address);

/* The process's jitdump, which is open if that can be; NULL when it has none. */
const struct binary *jit_dump(struct processes *t, struct process *p);

/* What was at an address at a time, in ns, by the jitdump. */
bool jit_find(const struct mount_roots *roots, struct processes *t, struct process *p,
	      uint64_t address, uint64_t time, struct jit_symbol *s);

/* Release what is known of a process's code: p->host_data. */
struct jit;
void jit_release(struct jit *j);

#endif
