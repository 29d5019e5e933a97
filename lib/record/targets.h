/*
 * The processes that a recording is asked to be of: which of them are there, and when the
 * last one has ended.
 */
#ifndef RECORD_TARGETS_H
#define RECORD_TARGETS_H

#include "base/buf.h"

struct targets {
	struct buf pids; /* int: those that were there at the beginning */
	struct buf tids; /* int: threads of theirs, if only those are asked for */
	struct buf fds;  /* int: a pidfd of each process, or thread; -1 where the kernel has none */
	struct buf cpu;  /* uint64_t: ns of CPU time that each had used when last looked at */
};

/* Look for n processes; the numbers of those that are not there are put in *missing. */
void targets_open(struct targets *t, const int *pids, size_t n, struct buf *missing);

/* The same for n threads, by their numbers: t->pids has their processes, each once. */
void targets_open_threads(struct targets *t, const int *tids, size_t n, struct buf *missing);
void targets_close(struct targets *t);

/* Does a process run? A zombie does not. */
bool process_runs(int pid);

/* Is it one of the threads? True if no threads are chosen. */
bool targets_have_thread(const struct targets *t, uint32_t tid);

/* Does one of them still run? A zombie does not. */
bool targets_run(const struct targets *t);

/*
 * CPU time in ns that they have used, their threads' included and their children's not. For
 * those that are gone, what it was at the last call.
 */
uint64_t targets_cpu_time(struct targets *t);

#endif
