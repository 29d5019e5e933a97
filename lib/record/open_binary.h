/* The files of binaries that running processes have mapped. */
#ifndef RECORD_OPEN_BINARY_H
#define RECORD_OPEN_BINARY_H

#include "record/mount_roots.h"

/*
 * Open the file that process p has mapped as m: in the process's own view, then where its
 * path leads in the root of its mount namespace, provided that it is the same file. Of the
 * vDSO, our own is taken. Sets bin->fd or opens bin->module.elf; false when it is not there.
 */
bool open_binary(const struct mount_roots *roots, const struct process *p, const struct map *m,
		 struct binary *bin);

/* The debug file that a binary's build id or link leads to in the root of process p; or -1. */
int open_debug_file(const struct mount_roots *roots, const struct process *p,
		    const struct binary *bin);

#endif
