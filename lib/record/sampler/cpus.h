/*
 * Sets of CPUs, written as the kernel does: "0-3,8,10-11".
 */
#ifndef RECORD_CPUS_H
#define RECORD_CPUS_H

#include "base/buf.h"

enum { MOST_CPUS = 4096 };

/* Puts the kernel's list of online CPUs in *list; empty if it has none. */
void cpus_online(struct buf *list);

/*
 * Puts the CPUs to use in cpus[MOST_CPUS] and returns their number: those of the list `wanted`,
 * which must be online, or all of `online` if that is NULL. 0 with a message in *why.
 */
size_t cpus_choose(const char *wanted, struct str online, int *cpus, struct buf *why);

/* Is a CPU in a list? */
bool cpus_have(const char *list, int cpu);

#endif
