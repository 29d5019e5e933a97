/*
 * The exact CPU time of a command with all its threads and children: a counter that they
 * inherit.
 */
#ifndef RECORD_CPU_COUNTER_H
#define RECORD_CPU_COUNTER_H

#include "base/base.h"

/* For a process that will call exec(), from then on. Returns a descriptor; -1: none. */
int cpu_counter_open(int pid);

/* Nanoseconds so far. */
uint64_t cpu_counter_read(int fd);

#endif
