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

/*
 * The maps in which a process's code has names: its own, and those of the processes that it was
 * forked from, which made some of its code. They are held open, since programs remove them when
 * they end. Reference counted: a window's names are looked up after its processes have ended.
 */
struct jit_maps;

/* The process's own reference. */
struct jit_maps *jit_maps_of(const struct mount_roots *roots, struct process *p);

struct jit_maps *jit_maps_keep(struct jit_maps *m);
void jit_maps_release(struct jit_maps *m); /* NULL is fine */

/*
 * A file descriptor of all maps in one, the process's own last; the caller closes it. -1 if
 * there is none.
 */
int jit_maps_open(struct jit_maps *m);

/*
 * Is there a trampoline of CPython at an address ("py::" in a map or in the jitdump)? They
 * are read as they grow.
 */
bool jit_is_trampoline(const struct mount_roots *roots, struct processes *t, struct process *p,
		       uint64_t address);

/* The process's jitdump, which is open if that can be; NULL when it has none. */
const struct binary *jit_dump(struct processes *t, struct process *p);

/*
 * What was at an address at a time, in ns, by the jitdump; what it does not know, by the maps.
 * Where there is no jitdump, false: those wait until the window is named.
 */
bool jit_find(const struct mount_roots *roots, struct processes *t, struct process *p,
	      uint64_t address, uint64_t time, struct jit_symbol *s);

/* Release what is known of a process's code: p->host_data. */
struct jit;
void jit_release(struct jit *j);

#endif
