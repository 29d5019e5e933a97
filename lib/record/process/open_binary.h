/* Opens the binaries that running processes have mapped. */
#ifndef RECORD_OPEN_BINARY_H
#define RECORD_OPEN_BINARY_H

#include "record/process/mount_roots.h"

/*
 * Opens the file that process p has mapped as m: as the process sees it, else by its path in the
 * root of its mount namespace, if that is the same file. For the vDSO, this process's own is
 * used; that of 32-bit programs is copied from the process. Sets bin->fd or opens
 * bin->module.elf. False if the file is not there.
 */
bool open_binary(const struct mount_roots *roots, const struct process *p, const struct map *m,
		 struct binary *bin);

/* Opens the debug file of a binary's build id or link, in the root of process p; -1 if none. */
int open_debug_file(const struct mount_roots *roots, const struct process *p,
		    const struct binary *bin);

#endif
