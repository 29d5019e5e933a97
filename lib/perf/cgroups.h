/*
 * Maps the control group ids of samples (PERF_SAMPLE_CGROUP) to paths. With these ids, even a
 * process that has ended has a group. Records have the paths of new groups; the host knows the
 * older ones.
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

/* The caller owns the host. */
void cgroups_init(struct cgroups *c, const struct perf_host *host);
void cgroups_release(struct cgroups *c);

/* Adds a new group. */
void cgroups_add(struct cgroups *c, uint64_t id, struct str path);

/* The path of a group; empty if it is not known. Valid until cgroups_release(). */
struct str cgroups_path(struct cgroups *c, uint64_t id);

#endif
