/*
 * The processes or threads that a recording is of: finds those that run, and tells when the last
 * one has ended.
 */
#ifndef RECORD_TARGETS_H
#define RECORD_TARGETS_H

#include "base/buf.h"

struct targets {
	struct buf pids; /* int: processes that ran at the beginning */
	struct buf tids; /* int: the chosen threads, if any */
	struct buf fds;  /* int: a pidfd of each process, or thread; -1 if the kernel has none */
	struct buf cpu;  /* uint64_t: ns of CPU time of each at the last call */
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

/*
 * The CPU time in ns that they have used, with their threads but without their children. For an
 * ended one, its time at the last call.
 */
uint64_t targets_cpu_time(struct targets *t);

#endif
