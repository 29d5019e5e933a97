/*
 * Counts the exact CPU time of a command with all its threads and children, which inherit the
 * counter.
 */
#ifndef RECORD_CPU_COUNTER_H
#define RECORD_CPU_COUNTER_H

#include "base/base.h"

/* Counts from the exec() of a process on. Returns a descriptor; -1 if that fails. */
int cpu_counter_open(int pid);

/* Nanoseconds so far. */
uint64_t cpu_counter_read(int fd);

#endif
