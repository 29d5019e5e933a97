/*
 * Implements the perf_host of lib/perf on the running machine: looks processes up in /proc, reads
 * their memory, and opens their binaries, while they run.
 */
#ifndef RECORD_LIVE_HOST_H
#define RECORD_LIVE_HOST_H

#include "record/process/mount_roots.h"

struct interpreters;

struct live_host {
	struct mount_roots roots;
	struct buf own_group;              /* path of this process's control group */
	uint64_t not_opened;               /* times that there were too many open files */
	struct interpreters *interpreters; /* NULL: interpreters' frames are not read */
};

void live_host_init(struct live_host *h);
void live_host_release(struct live_host *h);

/* The functions for decoder_init(). They use h, which must outlive them. */
struct perf_host live_host_functions(struct live_host *h);

/* The architecture of this machine; NULL if it is not supported. */
const struct arch *arch_host(void);

#endif
