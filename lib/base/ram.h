/*
 * The memory that this process may use: that of the machine, or the limit of its control
 * group, which is often lower in containers.
 */
#ifndef BASE_RAM_H
#define BASE_RAM_H

#include <stdint.h>

/* In bytes; UINT64_MAX where no control group sets a limit. */
uint64_t ram_machine(void);
uint64_t ram_group(void);

/*
 * The same from elsewhere: the lowest limit of the process's groups and of those
 * above them. groups is the text of /proc/self/cgroup (cgroups(7)), sys
 * the folder where control groups are mounted, version 1 or 2 or both.
 */
uint64_t ram_group_limit(const char *groups, const char *sys);

#endif
