/*
 * Control groups by the ids that samples have (PERF_SAMPLE_CGROUP): so even a process that is
 * gone when it is looked at has a group. A record tells the path of each new group; the host
 * knows those that were there before.
 */
#ifndef PERF_CGROUPS_H
#define PERF_CGROUPS_H

#include "base/strings.h"
#include "base/table.h"
#include "perf/host.h"

struct cgroups {
	const struct perf_host *host;
	struct table known; /* struct known_cgroup: id -> path */
	struct strings paths;
};

/* The host is the caller's. */
void cgroups_init(struct cgroups *c, const struct perf_host *host);
void cgroups_release(struct cgroups *c);

/* A group was made. */
void cgroups_add(struct cgroups *c, uint64_t id, struct str path);

/* Its path; empty if it is not known. Valid until cgroups_release(). */
struct str cgroups_path(struct cgroups *c, uint64_t id);

#endif
