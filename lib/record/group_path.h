/* Control groups of this machine: their paths, in the hierarchy that perf's ids are of. */
#ifndef RECORD_GROUP_PATH_H
#define RECORD_GROUP_PATH_H

#include "base/buf.h"

/*
 * Append the path of the group with that id (PERF_SAMPLE_CGROUP). False if it is gone, or if
 * we may not open it: that takes CAP_DAC_READ_SEARCH.
 */
bool group_path(uint64_t id, struct buf *path);

/* Append that of our own group, as far as it is in version 2. */
void group_of_ours(struct buf *path);

#endif
