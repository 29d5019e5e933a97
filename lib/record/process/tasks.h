/*
 * Lists the threads of processes, from /proc.
 */
#ifndef RECORD_TASKS_H
#define RECORD_TASKS_H

#include "base/buf.h"

/*
 * Adds the threads (ints) of n processes that are not in *tasks yet; with `children` also those
 * of their descendants.
 */
void tasks_list(const int *pids, size_t n, bool children, struct buf *tasks);

/* Lists the n processes (ints), and with `children` their descendants. */
void tasks_processes(const int *pids, size_t n, bool children, struct buf *list);

#endif
