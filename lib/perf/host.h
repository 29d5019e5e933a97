/*
 * Facts that are not in records, from the machine where the programs run (or ran). lib/record
 * reads them from /proc; for a file of records, only a place to find binaries may be known. Any
 * function may be NULL: its result is then unknown.
 */
#ifndef PERF_HOST_H
#define PERF_HOST_H

#include "object/jitdump.h"

struct binary;
struct map;
struct process;
struct processes;

/* A line of an interpreted function. Text is valid until the next sample. */
struct script_frame {
	struct str function, file;
	uint32_t first; /* line where the function begins; 0 if not known */
	uint32_t line;  /* current line; 0 if not known */
	uint32_t type;  /* of LOC_TYPES; 0 if not known */
};

struct perf_host {
	/*
	 * Opens the file of a binary, which process p has mapped as m: sets b->fd, or opens
	 * b->module.elf over bytes in memory. False if it is not there; it may be found later
	 * through another process.
	 */
	bool (*open_binary)(void *context, const struct process *p, const struct map *m,
			    struct binary *b);
	/*
	 * Opens the debug file of an open binary. The caller closes the descriptor, and checks
	 * that it is the right file. -1 if there is none.
	 */
	int (*open_debug_file)(void *context, const struct process *p, const struct binary *b);
	/*
	 * The build id, as bytes, of the file at `path`, for mappings without one: a recording
	 * may list the build ids of its files.
	 */
	struct str (*build_id)(void *context, struct str path);
	/*
	 * Finds the mappings, name and namespace of a process that ran before its records began.
	 * NULL: records have all that.
	 */
	void (*scan)(void *context, struct processes *t, struct process *p);
	/* Adds the mappings of a known process that no record described. False if there are none. */
	bool (*scan_again)(void *context, struct processes *t, struct process *p);
	/* Does any thread of a process still exist? */
	bool (*is_running)(void *context, int pid);
	/* Puts the name of a thread in name[16]. False if it is not known. */
	bool (*thread_name)(void *context, int pid, uint32_t tid, char *name);
	/* Read memory, and find trampolines; as in struct address_space. */
	size_t (*read)(void *context, int tid, uint64_t address, void *to, size_t n);
	bool (*is_trampoline)(void *context, struct processes *t, struct process *p,
			      uint64_t address);
	/* Find the function in whose frame generated code runs; as in struct address_space. */
	const struct region *(*runs_like)(void *context, struct processes *t, struct process *p,
					  uint64_t address, uint64_t *like);
	/* The jitdump with the names of a process's JIT code; NULL if it has none. */
	const struct binary *(*jit_dump)(void *context, struct processes *t, struct process *p);
	/* Finds the code that was at an address in anonymous memory at a time, if it was logged. */
	bool (*jit_find)(void *context, struct processes *t, struct process *p, uint64_t address,
			 uint64_t time, struct jit_symbol *s);
	/* The interpreted function that a frame's address stands for (user_frame_is_script()). */
	bool (*script)(void *context, uint64_t address, struct script_frame *f);
	/* Puts the lines of /proc/PID/cgroup in *lines. */
	bool (*cgroup)(void *context, int pid, struct buf *lines);
	/* Puts the path of a control group that is older than the records in *path. */
	bool (*cgroup_path)(void *context, uint64_t id, struct buf *path);
	/*
	 * The labels of a process's context: lines "key=value", of which the first with a key
	 * counts; valid until the next call for the process. `group` is the path of its control
	 * group, or empty; `time` that of a sample. The result is the same until *until.
	 */
	struct str (*context_labels)(void *context, struct processes *t, struct process *p,
				     struct str group, uint64_t time, uint64_t *until);
	/* Called when a process has entered p->mount_ns. */
	void (*enter)(void *context, const struct process *p);
	/*
	 * Called when a process calls exec(), or is dropped: frees what p->host_data and
	 * p->host_context point to.
	 */
	void (*forget)(void *context, struct process *p);
	void *context;
};

#endif
