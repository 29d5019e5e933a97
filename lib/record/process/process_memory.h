/* Reads the memory of a running process (process_vm_readv(2)). */
#ifndef RECORD_PROCESS_MEMORY_H
#define RECORD_PROCESS_MEMORY_H

#include "interp/interp_memory.h"

/* Reads n bytes at an address. `pid` points to an int. False if not all can be read. */
bool process_memory_read(void *pid, uint64_t address, void *to, size_t n);

/* The memory of a process; *pid must outlive it. */
static inline struct interp_memory process_memory(int *pid)
{
	return (struct interp_memory){ process_memory_read, pid };
}

#endif
