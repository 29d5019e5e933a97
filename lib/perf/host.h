/*
 * What records do not have and only the machine where the programs run (or ran) knows.
 * lib/record answers from /proc; for a file of records there may be little more than a
 * place to look for binaries. Any function may be NULL; what it would answer is
 * not known then.
 */
#ifndef PERF_HOST_H
#define PERF_HOST_H

#include "object/jitdump.h"

struct binary;
struct map;
struct process;
struct processes;

struct perf_host {
	/*
	 * Open the file of a binary, which process p has mapped as m: set b->fd, or open
	 * b->module.elf over bytes in memory. False when it is not there; then another process
	 * may help later.
	 */
	bool (*open_binary)(void *context, const struct process *p, const struct map *m,
			    struct binary *b);
	/*
	 * A descriptor of the debug file of a binary, which is open, or -1; the caller closes
	 * it. Whether it is the right one is not checked.
	 */
	int (*open_debug_file)(void *context, const struct process *p, const struct binary *b);
	/*
	 * The build id, as bytes, of the file of that path, where mappings do not have it: a
	 * recording may list those of all its files.
	 */
	struct str (*build_id)(void *context, struct str path);
	/*
	 * A process ran before its records began: find its mappings, name and namespace. NULL:
	 * there are records of all that.
	 */
	void (*scan)(void *context, struct processes *t, struct process *p);
	/* Is any thread of a process still there? */
	bool (*is_running)(void *context, int pid);
	/* The name of a thread, to name[16]; false when it is not known. */
	bool (*thread_name)(void *context, int pid, uint32_t tid, char *name);
	/* Read memory, and find trampolines: as those of struct address_space. */
	size_t (*read)(void *context, int tid, uint64_t address, void *to, size_t n);
	bool (*is_trampoline)(void *context, struct processes *t, struct process *p,
			      uint64_t address);
	/* The jitdump in which a process's JIT code has names; NULL when it has none. */
	const struct binary *(*jit_dump)(void *context, struct processes *t, struct process *p);
	/* What was at an address in memory without a file at a time, as far as that is logged. */
	bool (*jit_find)(void *context, struct processes *t, struct process *p, uint64_t address,
			 uint64_t time, struct jit_symbol *s);
	/* The lines of /proc/PID/cgroup, to *lines. */
	bool (*cgroup)(void *context, int pid, struct buf *lines);
	/* The path of a control group that was there before the records, by its id, to *path. */
	bool (*cgroup_path)(void *context, uint64_t id, struct buf *path);
	/*
	 * What a process says of itself: lines "key=value", of which the first of a key counts;
	 * valid until the next call for it. `group` is the path of its control group, or empty;
	 * `time` that of a sample; until *until, the answer is the same.
	 */
	struct str (*context_labels)(void *context, struct processes *t, struct process *p,
				     struct str group, uint64_t time, uint64_t *until);
	/* A process has entered p->mount_ns. */
	void (*enter)(void *context, const struct process *p);
	/*
	 * A process called exec(), or is forgotten: release what p->host_data and
	 * p->host_context point to.
	 */
	void (*forget)(void *context, struct process *p);
	void *context;
};

#endif
