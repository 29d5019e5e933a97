/*
 * Processes as the records of perf describe them: which executable mappings each
 * has, at the moment whose records have been taken in.
 */
#ifndef RECORD_PROCESS_H
#define RECORD_PROCESS_H

#include "record/binary.h"

struct map {
	uint64_t start, end, offset; /* offset in the file */
	struct binary *binary;       /* NULL for memory without a file */
	uint64_t bias;               /* once the binary is open */
	bool biased;
	/* For the user: a number that goes with the mapping, and what it is of. */
	uint32_t row, row_of;
};

/* The path of a mapping's file, as the process sees it; empty for memory without one. */
static inline struct str map_file(const struct map *m)
{
	return m->binary ? m->binary->path : (struct str){ 0 };
}

struct process {
	int pid;
	char comm[16];
	struct map *map; /* sorted, not overlapping, executable only */
	size_t nmap, cap;
	size_t last;       /* the one found last */
	uint64_t mount_ns; /* 0 if not known */
	uint32_t uid;      /* of the user, once asked for */
	bool knows_uid;
	enum { NOT_ASKED, WANTED, NOT_WANTED } wanted; /* for the user */
	struct jit *jit;                               /* see jit.h; NULL until it is asked for */
	uint32_t jit_row, jit_row_of;                  /* for the user, as those of a mapping */
};

struct processes {
	struct binaries *binaries;
	struct table known;   /* rows { pid } -> struct process * */
	uint32_t nforgotten;  /* rows without a process */
	struct table threads; /* rows { tid } -> name */
	bool thread_names;    /* keep those */
	struct table roots;   /* rows { mount namespace } -> file descriptor of its root */
	uint64_t own_mount_ns;
};

void processes_init(struct processes *t, struct binaries *binaries);

void processes_release(struct processes *t);

/* The process of that id, which is made when it is new. */
struct process *processes_get(struct processes *t, int pid);

/* The same, or NULL when it is not known. */
struct process *processes_find(struct processes *t, int pid);

/*
 * What records say. An executable mapping was made (it replaces what it overlaps);
 * one that is not executable only cuts. A process called exec(): its mappings are
 * gone. It was forked: it has its parent's. It is in a mount namespace.
 */
struct new_map {
	uint64_t start, length, offset;
	uint32_t major, minor;
	uint64_t inode;
	bool executable;
	struct str path;
};
void process_map(struct processes *t, struct process *p, const struct new_map *m);
void process_exec(struct process *p);
void process_fork(struct processes *t, struct process *child, const struct process *parent);
void process_enter(struct processes *t, struct process *p, uint64_t mount_ns);

/* The user that a process runs as; false if that cannot be found out any more. */
bool process_uid(struct process *p, uint32_t *uid);

/* A thread has a name, or a new one; it is new, and has not told its name. */
void process_name_thread(struct processes *t, uint32_t tid, struct str name);

/* The name of a thread, at most 15 bytes: the process's if it had none of its own. */
const char *process_thread_name(struct processes *t, const struct process *p, uint32_t tid);

/* Call visit for each process that is known. */
void processes_visit(struct processes *t, void (*visit)(void *context, struct process *),
		     void *context);

/* A process ended: forget it. p is invalid afterwards. */
void process_forget(struct processes *t, struct process *p);

/* Take the mappings of a running process from /proc. */
bool process_scan(struct processes *t, struct process *p);

/* Give back what no process uses any more: binaries, roots of mount namespaces. */
void processes_sweep(struct processes *t);

/* The mapping at an address, or NULL. Its binary is open, if that can be. */
struct map *process_find(struct processes *t, struct process *p, uint64_t address);

/* The file descriptor of the process's root; -1 when it is ours. */
int process_root(const struct processes *t, const struct process *p);

#endif
