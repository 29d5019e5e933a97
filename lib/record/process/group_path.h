/* Finds the paths of this machine's control groups, in the hierarchy of perf's ids. */
#ifndef RECORD_GROUP_PATH_H
#define RECORD_GROUP_PATH_H

#include "base/buf.h"

/*
 * Appends the path of the group with that id (PERF_SAMPLE_CGROUP). False if it is gone, or if
 * it cannot be opened, which takes CAP_DAC_READ_SEARCH.
 */
bool group_path(uint64_t id, struct buf *path);

/* Appends the path of this process's own group in version 2. */
void group_of_ours(struct buf *path);

#endif
