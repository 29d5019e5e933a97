/* Running processes as /proc shows them. */
#ifndef RECORD_PROC_H
#define RECORD_PROC_H

#include "record/mount_roots.h"

/*
 * Take a process's mappings, name and mount namespace as they are now; it has none of
 * its old mappings any more. False when it is gone.
 */
bool proc_scan(struct processes *t, struct process *p);

/* The user that a process runs as; false if that cannot be found out any more. */
bool proc_uid(struct process *p, uint32_t *uid);

/* The name of a thread, to name[16]; false when it is gone. */
bool proc_thread_name(int pid, uint32_t tid, char *name);

/*
 * A line of /proc/PID/maps: "55d0a000-55d0b000 r-xp 00002000 08:01 1234   /usr/bin/app".
 * Its path is a part of the line. False when it is none.
 */
bool proc_parse_mapping(struct str line, struct record_map *m);

#endif
