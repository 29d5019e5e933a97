/*
 * The processes or threads that a recording is of: finds those that run, and tells when the last
 * one has ended.
 */
#ifndef RECORD_TARGETS_H
#define RECORD_TARGETS_H

#include "base/buf.h"
#include "base/table.h"

struct target_cpu {
	uint64_t used;  /* ns of CPU time when that was last read, */
	uint64_t at;    /* at this time of the monotonic clock */
	uint64_t since; /* ns that samples have seen since then */
	bool ended;     /* and nothing more is to be read */
	bool whole;     /* it was read after the end */
};

struct targets {
	struct buf pids;    /* int: processes that ran at the beginning */
	struct buf tids;    /* int: the chosen threads, if any */
	struct buf fds;     /* int: a pidfd of each process, or thread; -1 if the kernel has none */
	struct buf cpu;     /* struct target_cpu, of each */
	struct table known; /* struct known_target: place of each process, or thread, in `fds` */
};

/* Finds n processes, and puts the pids of those that do not exist in *missing. */
void targets_open(struct targets *t, const int *pids, size_t n, struct buf *missing);

/* The same for n threads; t->pids has their processes, each once. */
void targets_open_threads(struct targets *t, const int *tids, size_t n, struct buf *missing);
void targets_close(struct targets *t);

/* Does a process run? A zombie does not. */
bool process_runs(int pid);

/* Is it one of the threads? True if no threads are chosen. */
bool targets_have_thread(const struct targets *t, uint32_t tid);

/* Does one of them still run? A zombie does not. */
bool targets_run(const struct targets *t);

/* A descriptor of the first that still runs, readable once that has ended; -1: there is none. */
int targets_running(const struct targets *t);

/*
 * The CPU time in ns that they have used, with their threads but without their children. Of an
 * ended one nobody knows it exactly: it is what was last read, and what samples have seen since
 * then. So targets_look() is to be called often.
 */
uint64_t targets_cpu_time(struct targets *t);
void targets_look(struct targets *t);

/* Notes a sample of a thread, which stands for so many ns. */
void targets_add_sample(struct targets *t, uint32_t pid, uint32_t tid, uint64_t time, uint64_t ns);

#endif
