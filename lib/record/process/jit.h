/*
 * Names of JIT code, which a process compiles as it runs and keeps in anonymous memory. The
 * runtime writes the names to /tmp/perf-PID.map, in the process's own /tmp and with its pid in
 * its own PID namespace; or to a jitdump, which it maps so that profilers find it.
 *
 * Any process may have written those files, so only regular files are opened that belong to the
 * process's user, to root or to the user of this process.
 */
#ifndef RECORD_JIT_H
#define RECORD_JIT_H

#include "object/jitdump.h"
#include "record/process/mount_roots.h"

/*
 * The maps with the names of a process's code: its own, and those of its ancestors, which
 * compiled some of the code before they forked. The maps stay open, since programs remove them
 * when they end. Reference counted: a window is symbolized after its processes have ended.
 */
struct jit_maps;

/* The process's own reference. */
struct jit_maps *jit_maps_of(const struct mount_roots *roots, struct process *p);

struct jit_maps *jit_maps_keep(struct jit_maps *m);
void jit_maps_release(struct jit_maps *m); /* may be NULL */

/*
 * Opens a file with all maps in one, the process's own last. The caller closes the descriptor.
 * -1 if there is no map.
 */
int jit_maps_open(struct jit_maps *m);

/*
 * Is a trampoline of CPython at an address ("py::" in a map or in the jitdump)? Reads what was
 * added to these files. In a process with a jitdump, code without a name is recognised by its
 * instructions.
 */
bool jit_is_trampoline(const struct mount_roots *roots, struct processes *t, struct process *p,
		       uint64_t address);

/* The process's jitdump, open if possible; NULL if it has none. */
const struct binary *jit_dump(struct processes *t, struct process *p);

/*
 * Finds the code that was at an address at a time, in ns: in the jitdump, else in the maps. False
 * without a jitdump: the maps are then used when the window is symbolized.
 */
bool jit_find(const struct mount_roots *roots, struct processes *t, struct process *p,
	      uint64_t address, uint64_t time, struct jit_symbol *s);

/* Releases p->host_data. */
struct jit;
void jit_release(struct jit *j);

#endif
