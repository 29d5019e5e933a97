/*
 * The threads of processes, as /proc lists them.
 */
#ifndef RECORD_TASKS_H
#define RECORD_TASKS_H

#include "base/buf.h"

/*
 * Add the threads (ints) of n processes that are not in *tasks yet; with
 * `children` also those of the processes that these have forked, and so on.
 */
void tasks_list(const int *pids, size_t n, bool children, struct buf *tasks);

/* The processes (ints): those, and with `children` all that they have forked. */
void tasks_processes(const int *pids, size_t n, bool children, struct buf *list);

#endif
