/*
 * Processes, as perf's records describe them: the executable mappings of each at the time of the
 * last handled record.
 */
#ifndef PERF_PROCESS_H
#define PERF_PROCESS_H

#include "perf/binary.h"
#include "unwind/address_space.h"

struct map {
	struct region region;  /* first, so that map_of() can go back from it */
	uint64_t offset;       /* in the file */
	struct binary *binary; /* NULL for memory without a file; see map_is_generated() */
	struct binary *moved;  /* its text, from `offset`, may have been moved to this memory */
	bool placed;           /* its file was found: region.bias is from the file's segments */
	uint8_t looked;        /* number of searches for the file */
	int looked_by;         /* process of the last search */
	/*
	 * Identifies the mapping and its place. Numbers are never reused, so caches use them as
	 * keys.
	 */
	uint64_t number;
};

/* The mapping of a region that an address space of a process has found. */
static inline const struct map *map_of(const struct region *r)
{
	return (const struct map *)(const void *)r;
}

/* Is it generated code: in memory without a file, or in a file without an image? */
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
	int task; /* the thread by which /proc shows its memory; 0: `pid` */
	/* Identifies the process's program: exec() changes it. */
	uint64_t number;
	char comm[16];
	/*
	 * Sorted, disjoint, executable only. A child shares its parent's until one of them changes
	 * its mappings, in process_map() or process_exec(), and copies them first.
	 */
	struct map *map;
	size_t nmap, cap;
	size_t *sharers;   /* number of processes that share `map`; NULL: only this one */
	size_t last;       /* the mapping found last */
	uint64_t mount_ns; /* 0 if not known */
	enum { NOT_ASKED, WANTED, NOT_WANTED } wanted; /* the answer of decoder.wants() */
	uint32_t uid;                                  /* of its user, if knows_uid */
	bool knows_uid;
	/* Its ancestors since exec(), nearest first: they generated some of its code. */
	int ancestor[PROCESS_ANCESTORS];
	size_t nancestor;
	/* The program: the first mapping since exec(). NULL: not known, or a kernel thread. */
	struct binary *program;
	int parent;      /* the process that forked it, also before exec(); 0: not known */
	uint64_t cgroup; /* the id of its control group; 0: not known; see cgroups.h */
	/* It may be scanned again at this time, in ns of records, and then after a pause. */
	uint64_t scan_again_at, scan_pause;
	void *host_data;    /* the host's; see perf_host.forget() */
	void *host_context; /* likewise: the process's context */
};

static inline int process_task(const struct process *p)
{
	return p->task ? p->task : p->pid;
}

struct processes {
	struct binaries *binaries;
	const struct perf_host *host;
	struct table known;    /* rows { pid } -> struct process * */
	uint32_t nforgotten;   /* rows without a process */
	struct table threads;  /* rows { tid } -> name */
	bool thread_names;     /* keep names of threads */
	uint64_t last_number;  /* of maps and processes: grows with each change */
	struct process kernel; /* its mappings: the kernel's own */
};

/* The caller owns `binaries` and `host`. */
void processes_init(struct processes *t, struct binaries *binaries, const struct perf_host *host);
void processes_release(struct processes *t);

/* Finds or adds the process with that pid. */
struct process *processes_get(struct processes *t, int pid);

/* The process with that pid; NULL if it is not known. */
struct process *processes_find(struct processes *t, int pid);

/*
 * Apply records. An executable mapping replaces what it overlaps; any other only removes that. A
 * process that calls exec() loses its mappings. A forked process has its parent's. A process
 * enters a mount namespace.
 */
void process_map(struct processes *t, struct process *p, const struct record_map *m);
void process_exec(struct processes *t, struct process *p);
void process_fork(struct process *child, struct process *parent);
void process_enter(struct processes *t, struct process *p, uint64_t mount_ns);

/* The first makes p share the mappings of another process; the second removes its mappings. */
void process_share_maps(struct process *p, struct process *with);
void process_drop_maps(struct process *p);

/* Sets the program: the mapped file with that path, which the host knows. */
void process_set_program(struct process *p, struct str path);

/* Does a process have mappings in a range; and that of a file which begins there? */
bool process_has_range(const struct process *p, uint64_t start, uint64_t length);
bool process_has_file(const struct process *p, uint64_t start, struct str path);

/* Changes the name of a process. */
void process_set_comm(struct process *p, struct str comm);

/* Sets the name of a thread; an empty name is that of a new thread without one. */
void process_name_thread(struct processes *t, uint32_t tid, struct str name);

/* The name of a thread, at most 15 bytes; the process's if the thread has none. */
const char *process_thread_name(struct processes *t, const struct process *p, uint32_t tid);

/* Calls visit for each known process. */
void processes_visit(struct processes *t, void (*visit)(void *context, struct process *),
		     void *context);

/* Drops a process that ended. p is invalid afterwards. */
void process_forget(struct processes *t, struct process *p);

/* Frees what no process uses any more: binaries, names of threads. */
void processes_sweep(struct processes *t);

/*
 * The mapping at an address, or NULL; valid until a record changes the process's mappings. Its
 * binary is open, if possible.
 */
const struct map *process_find(struct processes *t, struct process *p, uint64_t address);

/* A process as an address space for unwinding, which refers to the view. */
struct process_view {
	struct processes *processes;
	struct process *process;
	int tid; /* thread whose memory is read */
};
struct address_space process_address_space(struct process_view *v);

#endif
