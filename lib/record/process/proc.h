/* Reads running processes from /proc. */
#ifndef RECORD_PROC_H
#define RECORD_PROC_H

#include "record/process/mount_roots.h"

/*
 * Reads a process's mappings, name and mount namespace. The new mappings replace the old ones.
 * False if the process is gone.
 */
bool proc_scan(struct processes *t, struct process *p);

/*
 * Adds executable mappings that the process has where it is not known to have any. False if there
 * are none, or if it is gone or runs another program.
 */
bool proc_scan_again(struct processes *t, struct process *p);

/* Is /proc that of this process's PID namespace? If not, or if there is none, *why says so. */
bool proc_is_ours(struct buf *why);

/*
 * Is the monotonic clock that of the kernel's records? In a time namespace it may not be; *why says
 * so then.
 */
bool proc_clock_is_kernels(struct buf *why);

/* The user that a process runs as. False if the process is gone. */
bool proc_uid(struct process *p, uint32_t *uid);

/* Puts the name of a thread in name[16]. False if it is gone. */
bool proc_thread_name(int pid, uint32_t tid, char *name);

/*
 * Parses a line of /proc/PID/maps: "55d0a000-55d0b000 r-xp 00002000 08:01 1234   /usr/bin/app".
 * The path points into the line. False if it is malformed.
 */
bool proc_parse_mapping(struct str line, struct record_map *m);

#endif
