/*
 * The machine that we run on, as lib/perf asks for it: processes are looked up in /proc,
 * their memory is read, and their binaries are opened, while they run.
 */
#ifndef RECORD_LIVE_HOST_H
#define RECORD_LIVE_HOST_H

#include "record/mount_roots.h"

struct interpreters;

struct live_host {
	struct mount_roots roots;
	struct buf own_group;                    /* the path of our own control group */
	const struct interpreters *interpreters; /* NULL: frames of no interpreter are known */
};

void live_host_init(struct live_host *h);
void live_host_release(struct live_host *h);

/* Its functions, for decoder_init(); they use h, which must stay. */
struct perf_host live_host_functions(struct live_host *h);

/* The processor that we run on, or NULL for one that is not known. */
const struct arch *arch_host(void);

#endif
