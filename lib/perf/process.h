/*
 * Processes as the records of perf describe them: which executable mappings each has at
 * the moment whose records have been handled.
 */
#ifndef PERF_PROCESS_H
#define PERF_PROCESS_H

#include "perf/binary.h"
#include "unwind/address_space.h"

struct map {
	struct region region;  /* first, so that map_of() can go back from it */
	uint64_t offset;       /* in the file */
	struct binary *binary; /* NULL for memory without a file; see map_is_generated() */
	struct binary *moved;  /* whose text may have been moved to this memory, from `offset` */
	bool placed;           /* its file is found: region.bias is by the file's segments */
	uint8_t looked;        /* how often it was looked for, */
	int looked_by;         /* the last time by this process */
	/*
	 * Names what is mapped where: other numbers are other mappings, and a number is never
	 * used again. What a user of mappings remembers of one goes by this number.
	 */
	uint64_t number;
};

/* The mapping of a region that a process's address space has found. */
static inline const struct map *map_of(const struct region *r)
{
	return (const struct map *)(const void *)r;
}

/* Is it code that the process has made, in memory without a file or in a file without image? */
static inline bool map_is_generated(const struct map *m)
{
	return !m->binary || m->binary->is_generated;
}

/* The path of a region's file, as the process sees it; empty for memory without one. */
static inline struct str region_file(const struct region *r)
{
	return map_of(r)->binary ? map_of(r)->binary->path : (struct str){ 0 };
}

enum { PROCESS_ANCESTORS = 4 };

struct process {
	int pid;
	/* Names the program that it runs: a process has another one after exec(). */
	uint64_t number;
	char comm[16];
	/*
	 * Sorted, not overlapping, executable only. A child has its parent's until one of them
	 * changes its own, and then gets a copy: only process_map() and process_exec() do that.
	 */
	struct map *map;
	size_t nmap, cap;
	size_t *sharers;   /* of map, this process included; NULL: it is alone */
	size_t last;       /* the one found last */
	uint64_t mount_ns; /* 0 if not known */
	enum { NOT_ASKED, WANTED, NOT_WANTED } wanted; /* the answer of decoder.wants() */
	uint32_t uid;                                  /* of its user, if knows_uid */
	bool knows_uid;
	/* Whom it was forked from since exec(), nearest first: they have made some of its code. */
	int ancestor[PROCESS_ANCESTORS];
	size_t nancestor;
	/* The program itself: what was mapped first since exec(). NULL: not known, or a kernel thread. */
	struct binary *program;
	int parent;         /* who forked it, also before exec(); 0: not known */
	uint64_t cgroup;    /* the id of its control group; 0: not known; see cgroups.h */
	void *host_data;    /* the host's; see perf_host.forget() */
	void *host_context; /* likewise: what the process says of itself */
};

struct processes {
	struct binaries *binaries;
	const struct perf_host *host;
	struct table known;    /* rows { pid } -> struct process * */
	uint32_t nforgotten;   /* rows without a process */
	struct table threads;  /* rows { tid } -> name */
	bool thread_names;     /* keep those */
	uint64_t last_number;  /* of maps and processes: another one when any of them changed */
	struct process kernel; /* its mappings: the kernel's own */
};

/* What they point to is the caller's. */
void processes_init(struct processes *t, struct binaries *binaries, const struct perf_host *host);
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
void process_map(struct processes *t, struct process *p, const struct record_map *m);
void process_exec(struct processes *t, struct process *p);
void process_fork(struct process *child, struct process *parent);
void process_enter(struct processes *t, struct process *p, uint64_t mount_ns);

/* Have the mappings of another process, which stay one list; have none. */
void process_share_maps(struct process *p, struct process *with);
void process_drop_maps(struct process *p);

/* Its program is the file of that path, which it has mapped: as the host knows. */
void process_set_program(struct process *p, struct str path);

/* A process has another name. */
void process_set_comm(struct process *p, struct str comm);

/* A thread has a name, or a new one; with an empty name, it is new and has none yet. */
void process_name_thread(struct processes *t, uint32_t tid, struct str name);

/* The name of a thread, at most 15 bytes: the process's if it had none of its own. */
const char *process_thread_name(struct processes *t, const struct process *p, uint32_t tid);

/* Call visit for each process that is known. */
void processes_visit(struct processes *t, void (*visit)(void *context, struct process *),
		     void *context);

/* A process ended: forget it. p is invalid afterwards. */
void process_forget(struct processes *t, struct process *p);

/* Give back what no process uses any more: binaries, names of threads. */
void processes_sweep(struct processes *t);

/*
 * The mapping at an address, or NULL; valid until a record changes the process's mappings.
 * Its binary is open, if that can be.
 */
const struct map *process_find(struct processes *t, struct process *p, uint64_t address);

/* A process as unwinding sees it: the address space asks v, which must stay. */
struct process_view {
	struct processes *processes;
	struct process *process;
	int tid; /* by which its memory is read */
};
struct address_space process_address_space(struct process_view *v);

#endif
