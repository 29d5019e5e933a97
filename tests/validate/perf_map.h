/*
 * CPython's trampolines, from the perf maps of processes: as much of those as the
 * unwinder asks for.
 */
#ifndef VALIDATE_PERF_MAP_H
#define VALIDATE_PERF_MAP_H

#include "base/buf.h"

struct perf_map {
	int pid;
	long at;         /* bytes of the file that were read */
	struct buf list; /* struct trampoline */
};

struct perf_maps {
	bool closed; /* nothing more is read */
	struct perf_map *map;
	size_t n, cap;
};

void perf_maps_init(struct perf_maps *m);
void perf_maps_release(struct perf_maps *m);

/* Is there a trampoline at an address of a process? */
bool perf_maps_trampoline(struct perf_maps *m, int pid, uint64_t address);

#endif
